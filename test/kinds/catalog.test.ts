import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { StepKind } from '../../model/schema/format/kind.js';
import { loadRunbook } from '../../model/schema/load.js';
import { stepKinds } from '../../kinds/catalog.js';
import { kindNamesOnDisk, kindPaths, kindsOnDisk } from '../kits/all-kinds.js';

const names = kindNamesOnDisk();

let kinds: Record<string, StepKind>;
beforeAll(async () => {
  kinds = await kindsOnDisk();
});

test('the table names every kind that has a file', () => {
  expect(Object.keys(stepKinds).toSorted()).toEqual(names);
});

describe('every kind', () => {
  test.each<string>(names)('%s: its example validates in a runbook', (name) => {
    const example: unknown = parse(kinds[name]?.example ?? '');
    const steps = Array.isArray(example) ? example : [example];
    expect(steps).toContainEqual(expect.objectContaining({ uses: name }));
    const text = stringify({
      schema: 1,
      id: 'example',
      title: 'Example',
      roles: { lead: 'Lead' },
      phases: [{ id: 'one', steps }],
    });
    const problems = loadRunbook(text, `${name}.yaml`, kinds).problems ?? [];
    expect(problems.map(({ message, frame }) => `${message}\n${frame}`)).toEqual([]);
  });
  test.each<string>(names)('%s: its sample is what it says it gives', (name) => {
    const kind = kinds[name];
    expect(kind?.outputs.safeParse(kind.sample).error).toBeUndefined();
  });
  test.each<string>(names)('%s: unknown inputs are refused', (name) => {
    expect(kinds[name]?.input.safeParse({ thisIsNoInput: 1 }).error?.issues).toContainEqual(
      expect.objectContaining({ code: 'unrecognized_keys' }),
    );
  });
});

test.each<[string, string]>(kindPaths())('%s: its test meets the kit', (name, path) => {
  const file = `test/${path}.test.ts`;
  const advice = `Call stepKit('${name}', …) in ${file}.`;
  const met = existsSync(file) && readFileSync(file, 'utf8').includes(`\nstepKit('${name}', `);
  expect({ advice, met }).toEqual({ advice, met: true });
});

test.each(names)('%s: what only looks writes nothing and has nothing to take back', (name) => {
  const kind = kinds[name];
  if (kind?.effect !== 'none') return;
  expect({ name, writes: kind.writes, undo: kind.undo }).toEqual({ name, writes: 'none', undo: null });
});

test('at most one kind carries the notices', () => {
  expect(names.filter((name) => kinds[name]?.notice).length).toBeLessThanOrEqual(1);
});
