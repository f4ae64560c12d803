import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { begunSteps, findStep, logs } from '../../../client/go-live/logs.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { fakeClient } from '../../kits/fake-client.js';
import { ended, running } from '../../kits/cli-state.js';

let base: string;
let out: string[];
let err: string[];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'golive-logs-'));
  out = [];
  err = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(base, { recursive: true, force: true });
});

function clientOf(state: () => GoLiveState): Client {
  const description = { runId: 'r', status: { name: 'RUNNING' }, startTime: new Date(), memo: {}, raw: {} };
  const handle = {
    describe: () => Promise.resolve(description),
    query: () => Promise.resolve({ ...state(), continued: false }),
  };
  return fakeClient({
    withDeadline: (_: unknown, act: () => unknown) => act(),
    options: { loadedDataConverter: {} },
    workflow: { getHandle: () => handle },
  });
}

/** Only the go-live itself can be asked: what its phase says is in the state already. */
const stateIn = (dir: string, made: GoLiveState): GoLiveState => ({
  ...made,
  evidenceDir: dir,
  phases: made.phases.map((phase) => ({ ...phase, workflowId: undefined })),
});

function file(place: string, text: string): string {
  const path = join(base, 'data', 'phases', place);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test('steps of all attempts and rollbacks are known by two names; the last is meant', () => {
  const state = running();
  expect(begunSteps(state).map(({ phase, phaseAttempt, names }) => `${phase}.${phaseAttempt} ${names[1]}`)).toEqual([
    'infra.1 infra.up',
    'infra.2 infra.up',
    'smoke.1 smoke.manifest',
    'smoke.1 smoke.run1',
    'smoke.1 smoke.run2',
    'rollback-R1.1 R1.down',
  ]);
  expect(findStep(state, 'up')).toMatchObject({ phase: 'infra', phaseAttempt: 2 });
  expect(findStep(state, 'R1.down')).toMatchObject({ phase: 'rollback-R1' });
  expect(() => findStep(state, 'smoke.run3')).toThrow(
    expect.objectContaining({ options: expect.objectContaining({ exitCode: 2, hint: "Did you mean 'smoke.run1'?" }) }),
  );
  expect(() => findStep(state, 'compare')).toThrow(/has not begun yet/);
});

test('the output of a step that has ended is printed as it is', async () => {
  file('infra.2/up/output.log', 'one\ntwo');
  file('infra.1/up/output.log', 'earlier\n');
  await logs(
    clientOf(() => stateIn(base, ended())),
    't',
    'infra.up',
    { follow: true },
  );
  expect(out.join('')).toBe('one\ntwo\n');
});

test('as JSON each line says where it is from', async () => {
  file('infra.2/up/output.log', 'one\n');
  await logs(
    clientOf(() => stateIn(base, ended())),
    't',
    'up',
    { json: true },
  );
  const line = { phase: 'infra', attempt: 2, step: 'up', file: 'output.log', line: 'one' };
  expect(out.map((text) => JSON.parse(text) as unknown)).toEqual([line]);
});

test('a running step is followed until it ends', async () => {
  const path = file('smoke.1/run2/output.log', 'begun\n');
  let state = running();
  const following = logs(
    clientOf(() => stateIn(base, state)),
    't',
    'smoke.run2',
    { follow: true },
  );
  setTimeout(() => appendFileSync(path, 'going\n'), 300);
  setTimeout(() => {
    appendFileSync(path, 'done');
    state = ended();
  }, 700);
  await following;
  expect(out.join('')).toBe('begun\ngoing\ndone\n');
}, 15_000);

test('a step that has no output says so, with what it found', async () => {
  await logs(
    clientOf(() => stateIn(base, ended())),
    't',
    'smoke.run1',
    {},
  );
  expect(out).toEqual([]);
  expect(err.join('')).toMatch(/Step run1 \(cases.run\) has no output. It says: 18 of 20/);
});

test('on another machine it says what it needs', async () => {
  await expect(
    logs(
      clientOf(() => stateIn(join(base, 'gone'), ended())),
      't',
      'up',
      {},
    ),
  ).rejects.toMatchObject({
    message: expect.stringContaining('where the worker runs'),
    options: { exitCode: 2, hint: expect.stringContaining('machine of the worker') },
  });
});
