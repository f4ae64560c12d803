import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseUsed } from '../../../client/go-live/launch.js';
import { phase, plan, step } from '../../kits/plans.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'golive-used-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const planIn = (directory: string) =>
  plan([phase('one', [step('a')])], { evidence: { directory, signoff: 'S.md', include: [] } });

function bundle(name: string, ...files: string[]): string {
  mkdirSync(join(base, name, 'data'), { recursive: true });
  for (const file of files) writeFileSync(join(base, name, file), '');
  return join(base, name);
}

test('a change whose evidence is sealed is refused, with a name that is free', () => {
  const directory = bundle('c1', 'data/plan.json', 'tagmanifest-sha256.txt');
  bundle('c1-2', 'data/plan.json');
  expect(() => refuseUsed(planIn(directory))).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/'c1' was used before on .*: its evidence is sealed/),
      options: expect.objectContaining({
        exitCode: 4,
        where: directory,
        hint: expect.stringContaining('--change c1-3'),
      }),
    }),
  );
});

test('so is one that a go-live left unfinished', () => {
  const directory = bundle('c1', 'data/plan.json');
  expect(() => refuseUsed(planIn(directory))).toThrow(/a go-live that did not end left its evidence/);
});

test('a change without evidence may start, also where other files lie', () => {
  refuseUsed(planIn(join(base, 'c1')));
  refuseUsed(planIn(bundle('c2', 'notes.txt')));
});
