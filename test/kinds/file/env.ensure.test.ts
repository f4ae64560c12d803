import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, runTask, type StepRun, temporaryFolder, undoOf } from '../../kits/step-run.js';

stepKit('env.ensure', {
  good: (folder) => {
    writeFileSync(join(folder, '.env.example'), '# service\nUSE_STUBS=true\nAPI_TOKEN=\n');
    return { file: '.env', from: '.env.example', set: { USE_STUBS: 'false' } };
  },
  bad: () => ({ file: '.env', from: '.env.example', set: {} }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, '.env'))).toBe(false),
});

test('no value of an environment file reaches the bundle', async () => {
  const base = temporaryFolder();
  writeFileSync(join(base, '.env'), 'API_TOKEN=canary-5f2c\nMODE=slow\n');
  const run = await runStep(
    'env.ensure',
    { file: '.env', set: { MODE: 'canary-mode-77' } },
    { goLive: { baseDir: base } },
  );
  const { outputs } = passed(run);
  expect(outputs).toMatchObject({ created: false, changed: ['MODE'], values: { API_TOKEN: 'set' } });
  const left = readdirSync(run.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  expect(left + JSON.stringify(outputs)).not.toMatch(/canary-5f2c|canary-mode-77/);
});

test('a value that the plan does not have is told as set, and not by a hash that gives a short one away', async () => {
  const base = temporaryFolder();
  writeFileSync(join(base, '.env'), 'PIN=1234\nEMPTY=\n');
  const set = { DOOR: { env: 'DOOR_CODE' }, MODE: 'fast' };
  const run = await runStep(
    'env.ensure',
    { file: '.env', set },
    { goLive: { baseDir: base }, env: { DOOR_CODE: '4477' } },
  );
  const values = { PIN: 'set', EMPTY: 'empty', DOOR: 'set', MODE: expect.stringMatching(/^sha256:[0-9a-f]{12}$/) };
  expect(passed(run).outputs).toMatchObject({ values });
});

test('several at once: each undo takes its own variable back, in whatever order, and no other', async () => {
  const names = ['A', 'B', 'C', 'D'];
  for (const order of [names, names.toReversed(), ['B', 'D', 'A', 'C']]) {
    const base = temporaryFolder();
    writeFileSync(join(base, '.env'), '# kept\nA=0\nZ=9\n');
    const runs = new Map<string, StepRun>();
    for (const name of names) {
      const goLive = { baseDir: base, evidenceDir: join(base, 'evidence', name) };
      const run = await runStep('env.ensure', { file: '.env', set: { [name]: 'mine' } }, { goLive });
      passed(run);
      runs.set(name, run);
    }
    const left = new Set(names);
    for (const name of order) {
      const run = runs.get(name);
      if (!run) throw new Error(name);
      const undone = passed(await runTask('env.ensure', undoOf(run.task), { part: 'undo' }));
      expect(undone.summary).not.toContain('is kept');
      left.delete(name);
      const now = readFileSync(join(base, '.env'), 'utf8');
      for (const other of names) expect([other, now.includes(`${other}=mine`)]).toEqual([other, left.has(other)]);
      expect(now).toContain('Z=9');
    }
    expect(readFileSync(join(base, '.env'), 'utf8')).toBe('# kept\nA=0\nZ=9\n');
  }
});
