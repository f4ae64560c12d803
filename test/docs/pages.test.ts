import { describe, expect, test } from '@jest/globals';
import { blocksOf, pageText, proseOf } from '../kits/doc-blocks.js';
import { anchorOf, MANIFEST, PAGES } from '../kits/doc-pages.js';
import { commandsOfProgram, flagsOf } from './command-pages.js';

const commands = new Map(commandsOfProgram().map(({ words, command }) => [words, command]));
const everyFlag = new Set([...commands.values()].flatMap(flagsOf));
/** What golive takes before any command. */
const ROOT_FLAGS = ['--help', '-h', '--version', '-V'];

/** The prose of a page, each paragraph on one line. */
const unwrapped = (page: string): string => proseOf(page).replaceAll(/(?<=[^\n])\n(?=[^\n])/g, ' ');

/** What a page tells to type: lines of its blocks (commands only, no output) and code in its prose. */
function typed(page: string): string[] {
  const blocks = blocksOf(page)
    .filter(({ language, file }) => (language === '' || language === 'sh') && file === undefined)
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'));
  const spans = [...unwrapped(page).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...spans];
}

/** One call of golive: its words up to a pipe, a comment, a bracket or the end. */
function callsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w/.-])golive ([a-z][^|;#()&<>]*)/g)].map(([, call = '']) => call.trim());
}

/** @returns what is wrong with a call, or undefined */
function problemOf(call: string): string | undefined {
  const bare = call.replaceAll(/"[^"]*"/g, '""');
  const [verb = '', sub = ''] = bare.split(/\s+/);
  const words = commands.has(`golive ${verb} ${sub}`) ? `golive ${verb} ${sub}` : `golive ${verb}`;
  const command = commands.get(words);
  const lost = command && command.commands.length > 0 && /^[a-z]/.test(sub);
  if (!command || lost) return `golive ${call}: there is no such command`;
  const known = new Set([...flagsOf(command), ...(command.commands.length > 0 ? everyFlag : []), ...ROOT_FLAGS]);
  const unknown = (bare.match(/(?<=\s)--?[a-z][a-z-]*/gi) ?? []).filter((flag) => !known.has(flag));
  return unknown.length > 0 ? `golive ${call}: ${words} does not know ${unknown.join(', ')}` : undefined;
}

describe.each(PAGES)('%s', (page) => {
  test('every command and option that it names exists', () => {
    expect(
      typed(page)
        .flatMap(callsIn)
        .flatMap((call) => problemOf(call) ?? []),
    ).toEqual([]);
  });

  test('an option that stands alone belongs to a command', () => {
    const alone = [...unwrapped(page).matchAll(/`(--[a-z][a-z-]*)(?: [A-Z|a-z0-9…"]+)?`/g)].map(
      ([, flag = '']) => flag,
    );
    expect(alone.filter((flag) => !everyFlag.has(flag) && !ROOT_FLAGS.includes(flag))).toEqual([]);
  });

  test('every script of npm that it names exists', () => {
    const named = [...pageText(page).matchAll(/npm run (?:--silent )?([a-z][a-z:]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in MANIFEST.scripts))).toEqual([]);
  });

  test('it links each of its chapters, when it is long', () => {
    const text = proseOf(page);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const long = pageText(page).split('\n').length > 100 && headings.length > 3 && page !== 'CHANGELOG.md';
    const missing = long ? headings.filter((heading) => !text.includes(`](#${anchorOf(heading)})`)) : [];
    expect(missing).toEqual([]);
  });

  test('it speaks plainly', () => {
    const idioms = /\b(?:what (?:it|they|that) (?:came|come|comes) to|came of it|and (?:says|said) so)\b/gi;
    expect(unwrapped(page).match(idioms) ?? []).toEqual([]);
  });
});

test('a misspelt command or option would be noticed', () => {
  expect(callsIn('golive schedule aply shop | less').map(problemOf)).toEqual([
    expect.stringContaining('no such command'),
  ]);
  expect(problemOf('shedule list')).toContain('no such command');
  expect(problemOf('schedule pause shop drill --reson "x"')).toContain('--reson');
  expect(problemOf('up --detach')).toBeUndefined();
});
