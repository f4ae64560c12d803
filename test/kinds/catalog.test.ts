import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { StepKind } from '../../model/schema/format/kind.js';
import { loadRunbook } from '../../model/schema/load.js';
import { stepKinds } from '../../kinds/catalog.js';
import { kindNamesOnDisk, kindsOnDisk } from '../kits/all-kinds.js';

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

/** Kinds whose tests do not call the kit, each with its reason. */
const WITHOUT_KIT: Readonly<Record<string, string>> = {
  'cases.compare': 'it reads what other steps measured, so its tests are tables of two runs',
  'cases.run': 'its tests need a service with answers of their own for each',
  notify: 'its tests need a channel of each sort',
  'process.await-respawn': 'its tests need a supervisor',
  'process.kill': 'a good run ends the process that its input names, so it can run only once',
};

/** Kinds that a test file gives to the kit: by name, or in a loop over names. */
function kitted(text: string): string[] {
  const loops = text.matchAll(/for \(const kind of \[([^\]]*)\][^{]*\{\s*stepKit\(kind/g);
  const named = text.matchAll(/stepKit\(('[^']+')/g);
  return [...loops, ...named].flatMap(([, list = '']) => [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name));
}

test('every kind meets the kit, or says why not', () => {
  const files = readdirSync('test/kinds', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const met = new Set(files.flatMap((name) => kitted(readFileSync(join('test/kinds', name), 'utf8'))));
  const missing = names.filter((name) => !met.has(name));
  const advice = 'Call stepKit(KIND, …) in test/kinds/<family>/<kind>.test.ts, or give a reason in WITHOUT_KIT.';
  expect({ advice, missing }).toEqual({ advice, missing: Object.keys(WITHOUT_KIT) });
});

test('at most one kind carries the notices', () => {
  expect(names.filter((name) => kinds[name]?.notice).length).toBeLessThanOrEqual(1);
});
