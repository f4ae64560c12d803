import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { stepKinds } from '../../kinds/catalog.js';
import { EFFECTS } from '../../model/plan/plan.js';
import { VERDICTS } from '../../model/verdict.js';
import { pageText, proseOf } from '../kits/doc-blocks.js';
import { MANIFEST, PAGES, ROOMS } from '../kits/doc-pages.js';
import { commandsOfProgram } from './command-pages.js';

const root = new URL('../../', import.meta.url).pathname;
const schema: unknown = JSON.parse(readFileSync(join(root, 'runbooks/runbook.schema.json'), 'utf8'));
const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The part of a page below a heading, up to the next of its level. */
function chapter(page: string, heading: string): string {
  const [, text] = proseOf(page).split(`\n## ${heading}\n`);
  if (text === undefined) throw new Error(`${page} has no chapter '${heading}'`);
  return text.split('\n## ')[0] ?? '';
}

/** Code in backticks. */
const codes = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Names of the members that a JSON Schema gives to its object. */
function propertiesOf(value: unknown): string[] {
  const { success, data } = z.object({ properties: z.record(z.string(), z.unknown()) }).safeParse(value);
  return success ? Object.keys(data.properties) : [];
}

/** Every key that a runbook may have, at any depth. */
function runbookKeys(): Set<string> {
  const keys = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of propertiesOf(value)) keys.add(key);
    for (const below of Object.values(value)) walk(below);
  };
  walk(schema);
  return keys;
}

/** The workflow types that the worker's bundle exports. */
const workflows = [...readFileSync(join(root, 'workflows/index.ts'), 'utf8').matchAll(/^export \{ (\w+) \}/gm)].map(
  ([, name = '']) => name,
);
const verbs = commandsOfProgram().map(({ words }) => words.split(' ')[1] ?? '');

describe('README.md', () => {
  test('it counts and names the workflows', () => {
    expect(workflows.length).toBeGreaterThan(0);
    const line = chapter('README.md', 'Where things are')
      .split('\n')
      .find((one) => one.startsWith('| `workflows/`'));
    expect(line).toContain(`the ${NUMBERS[workflows.length]} Temporal workflows`);
    expect(
      codes(line ?? '')
        .slice(1)
        .toSorted(),
    ).toEqual(workflows.toSorted());
  });

  test('it counts the kinds', () => {
    expect(chapter('README.md', 'What it does')).toContain(`of ${Object.keys(stepKinds).length} kinds`);
  });

  test('it counts and names the runbooks', () => {
    const files = readdirSync(join(root, 'runbooks')).filter((file) => file.endsWith('.yaml'));
    const count = NUMBERS[files.length] ?? '';
    const text = chapter('README.md', `${count.charAt(0).toUpperCase()}${count.slice(1)} runbooks`);
    for (const file of files) expect(text).toContain(`(runbooks/${file})`);
  });

  test('it names each room', () => {
    const named = codes(chapter('README.md', 'Where things are')).filter((code) => /^[a-z]+\/$/.test(code));
    expect(named).toEqual(expect.arrayContaining(ROOMS.map((room) => `${room}/`)));
  });

  test('each feature stands in the format and in the program', () => {
    const rows =
      chapter('README.md', 'What it does')
        .match(/^\| .* \|$/gm)
        ?.slice(2) ?? [];
    expect(rows.length).toBeGreaterThan(8);
    const keys = runbookKeys();
    for (const row of rows) {
      const [, , inRunbook = '', withCommand = ''] = row.split('|');
      expect(codes(inRunbook).filter((key) => !keys.has(key))).toEqual([]);
      expect(codes(withCommand).filter((call) => !verbs.includes(call.split(' ')[1] ?? ''))).toEqual([]);
    }
    // The other way round: what a runbook can have besides its plain parts is a feature.
    const plain = ['schema', 'id', 'title', 'about', 'roles', 'target', 'defaults', 'guardrails', 'phases', 'onNoGo'];
    const parts = propertiesOf(schema).filter((key) => !plain.includes(key));
    const named = rows.flatMap((row) => codes(row.split('|')[2] ?? ''));
    expect(parts.filter((part) => !named.includes(part))).toEqual([]);
  });

  test('it denies nothing that is there', () => {
    const denied = [...chapter('README.md', 'Limits').matchAll(/[^.;]*\b(?:not in this version|not yet)\b[^.;]*/g)];
    expect(denied.length).toBeGreaterThan(0);
    const there = [...verbs, ...runbookKeys(), ...Object.keys(stepKinds)]
      .map((word) => word.toLowerCase().replace(/s$/, ''))
      .filter((word) => word.length > 4);
    const words = denied.flatMap(([text]) => text.toLowerCase().match(/[a-z.]+/g) ?? []);
    const stems = words.map((word) => word.replace(/(?<=..)s$/, ''));
    expect(stems.filter((stem) => there.includes(stem))).toEqual([]);
  });
});

describe('docs/README.md', () => {
  test('it links every page', () => {
    const text = pageText('docs/README.md');
    const here = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(here.filter((page) => !text.includes(`](${page.slice('docs/'.length)})`))).toEqual([]);
    for (const page of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'lab/README.md'])
      expect(text).toContain(`](../${page})`);
  });
});

describe('docs/glossary.md', () => {
  const rows =
    pageText('docs/glossary.md')
      .match(/^\| .* \|$/gm)
      ?.filter((row) => !row.startsWith('| word |')) ?? [];
  const meaning = (word: string): string => rows.find((row) => row.startsWith(`| ${word} |`)) ?? '';

  test('each word stands once, with a meaning and a reason', () => {
    const words = rows.map((row) => row.split('|')[1]?.trim() ?? '');
    expect(words.length).toBeGreaterThan(30);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
    expect(rows.filter((row) => row.split('|').filter((cell) => cell.trim() !== '').length !== 3)).toEqual([]);
  });

  test('verdicts, effects and workflows are those of the code', () => {
    expect(codes(meaning('verdict')).toSorted()).toEqual(VERDICTS.toSorted());
    expect(codes(meaning('effect')).toSorted()).toEqual(EFFECTS.toSorted());
    expect(codes(meaning('workflow')).toSorted()).toEqual(workflows.toSorted());
  });
});

describe('CHANGELOG.md', () => {
  test('it has the version of the package, released on a day, below what is unreleased', () => {
    const { version } = MANIFEST;
    const headings = [...pageText('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings[0]).toBe('[Unreleased]');
    expect(headings[1]).toMatch(new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`));
  });
});
