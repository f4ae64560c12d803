import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pageText } from '../kits/doc-blocks.js';
import { ROOMS } from '../kits/doc-pages.js';

const root = new URL('../../', import.meta.url).pathname;

/** First words of functions that we decided against, each with what to write instead. */
const AGAINST: Readonly<Record<string, string>> = {
  do: 'name the work',
  handle: 'name what is done',
  hold: '`acquire` for a lock, `judge` for a condition',
  keep: '`record` or `write`',
  look: '`read`, `find` or `judge`',
  manage: 'name what is done',
  say: '`note` for an event, `print` for a terminal',
  tell: '`print` for a terminal, `note` for an event',
  told: 'a noun: `…Lines`, `…Sentence`',
};

/** Verbs of the glossary that had several meanings: every exported function that begins with one has the meaning told there. */
const ONE_MEANING: Readonly<Record<string, readonly string[]>> = {
  acquire: ['acquireDeed', 'acquireLease', 'acquireLock'],
  ask: ['askAboutPhase', 'askApproval', 'askChecklist', 'askOperator', 'askPerson'],
  settle: ['settleStep', 'settleUndos'],
  take: ['takePhase', 'takeSample', 'takeStep', 'takeUndos'],
};

const sources = ROOMS.filter((room) => room !== 'lab').flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name)),
);

/** Names of the functions that a source exports. */
function functionsOf(source: string): string[] {
  const declared = source.matchAll(/^export (?:async )?function\*? (\w+)/gm);
  const assigned = source.matchAll(/^export const (\w+)(?:: [^=\n]*)? = (?:async )?(?:<[^>]*>)?\([^\n]*=>/gm);
  return [...declared, ...assigned].map(([, name = '']) => name);
}
const firstWord = (name: string): string => /^[a-z]+/.exec(name)?.[0] ?? '';

const exported = sources.flatMap((file) =>
  functionsOf(readFileSync(join(root, file), 'utf8')).map((name) => ({ file, name, verb: firstWord(name) })),
);
const rows = [...pageText('docs/glossary.md').matchAll(/^\| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)];
const words = rows.map(([, word = '']) => word).filter((word) => !['word', 'verb', '---'].includes(word));

test('the names of functions are found', () => {
  expect(
    functionsOf('export async function take(a) {}\nexport const look = (b: string): void => x;\nfunction own() {}'),
  ).toEqual(['take', 'look']);
  expect(exported.length).toBeGreaterThan(400);
});

test('no exported function has a name that we decided against', () => {
  const found = exported.filter(({ verb }) => Object.hasOwn(AGAINST, verb));
  expect(found.map(({ file, name, verb }) => `${file}: ${name}. Instead: ${AGAINST[verb]}.`)).toEqual([]);
});

describe('a verb of the glossary means one thing', () => {
  test.each(Object.keys(ONE_MEANING))('%s', (verb) => {
    expect(words).toContain(verb);
    const names = exported.filter((one) => one.verb === verb).map(({ name }) => name);
    const advice = `Use another verb where \`${verb}\` does not mean what docs/glossary.md says; else add the name here.`;
    expect({ advice, names: names.toSorted() }).toEqual({ advice, names: ONE_MEANING[verb] });
  });
});

test('no word that we decided against is a word of the glossary', () => {
  expect(words.filter((word) => Object.hasOwn(AGAINST, word))).toEqual([]);
});
