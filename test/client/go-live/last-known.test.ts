import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { follow } from '../../../client/go-live/follow.js';
import { lastKnown, readKnown } from '../../../client/go-live/last-known.js';
import { board } from '../../../client/render/board.js';
import { PLAIN } from '../../../client/render/style.js';
import type { View } from '../../../client/render/view.js';
import { fakeClient } from '../../kits/fake-client.js';
import { approval, phase, plan, step } from '../../kits/plans.js';
import { jsonLines } from '../../kits/records.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-known-'));
afterAll(() => rmSync(folder, { recursive: true }));

const made = plan([phase('p', [step('s')], { title: 'First phase', approvals: [approval('p')] })]);
const target = made.target.id;
mkdirSync(join(folder, 'data'));
writeFileSync(join(folder, 'data', 'plan.json'), JSON.stringify({ plan: made, digest: 'd', startedBy: 'Op' }));
const asked = { type: 'approval.asked', time: 'T2', approval: 'p', question: 'Good?', digest: '', expiresAt: '' };
writeFileSync(
  join(folder, 'data', 'events.jsonl'),
  `${jsonLines([{ type: 'phase.started', time: 'T1', phase: 'p', attempt: 1 }, asked])}{"type":"phase.pas`,
);

/** A server that knows the go-live, and no worker that answers for it. */
function alone(evidenceDir: string, change = made.change): Client {
  const memo = { change, evidenceDir, runbook: 'small', mode: 'live', startedBy: 'Op' };
  const attributes = [
    { key: { name: 'GoLivePhase' }, value: 'p' },
    { key: { name: 'GoLiveWaitingOn' }, value: 'cto' },
  ];
  const described = {
    runId: 'r',
    status: { name: 'RUNNING' },
    startTime: new Date(0),
    memo,
    typedSearchAttributes: { getAll: () => attributes },
  };
  return fakeClient({
    withDeadline: (_: unknown, act: () => unknown) => act(),
    withAbortSignal: (_: unknown, act: () => unknown) => act(),
    workflow: {
      getHandle: () => ({
        describe: () => Promise.resolve(described),
        query: () => Promise.reject(new Error('deadline exceeded')),
        result: () => new Promise(() => undefined),
      }),
    },
  });
}

test('without a worker the event log is shown, and that nobody answers', async () => {
  const { state, note } = await readKnown(alone(folder), target);
  expect(state.phases[0]).toMatchObject({ title: 'First phase', status: 'waiting' });
  expect(state.waiting).toMatchObject({ id: 'p', text: 'Good?', roles: ['cto'] });
  expect(note).toContain('No worker answers');
});

test('a step that was shut down with its worker is shown as one that goes on, and what it said', async () => {
  const other = mkdtempSync(join(tmpdir(), 'golive-known-'));
  mkdirSync(join(other, 'data'));
  writeFileSync(join(other, 'data', 'plan.json'), JSON.stringify({ plan: made, digest: 'd', startedBy: 'Op' }));
  const s = { phase: 'p', phaseAttempt: 1, step: 's', epoch: 1, kind: 'fake.act' };
  const shut = { code: 'CANCELLED', message: 'The worker was shut down.', inputs: '', evidence: [], again: true };
  const lines = [
    { type: 'phase.started', time: 'T1', phase: 'p', attempt: 1 },
    { type: 'step.started', ...s, title: 's', attempt: 1, inputs: '' },
    { type: 'step.failed', ...s, ...shut },
  ];
  writeFileSync(join(other, 'data', 'events.jsonl'), jsonLines(lines));
  const view = await readKnown(alone(other), target);
  rmSync(other, { recursive: true });
  expect(view.state.phases[0]?.steps[0]?.status).toBe('running');
  expect(view.live).toEqual([{ step: 's', attempt: 2, lastFailure: 'The worker was shut down.' }]);
  const shown = board(view, { columns: 100, rows: 50, nowMs: 0 }, PLAIN).join('\n');
  expect(shown).toContain('s: attempt 2; the last said: The worker was shut down.');
});

test.each([
  ['lies elsewhere', join(folder, 'gone'), made.change],
  ['is of another change', folder, 'c2'],
])('the log %s: what the server knows is told, and what to do', async (_where, evidenceDir, change) => {
  const answer = readKnown(alone(evidenceDir, change), target);
  await expect(answer).rejects.toMatchObject({
    message: expect.stringMatching(
      /no worker answers.* change .*runbook small, live.*last seen in 'p', waiting for cto/,
    ),
    options: { exitCode: 4, hint: expect.stringContaining('golive up') },
  });
});

test('who begins to watch while no worker answers is shown the same', async () => {
  const client = alone(folder);
  const memo = { change: made.change, evidenceDir: folder };
  const found = { target, runId: 'r', running: true, status: 'RUNNING', startedAt: 'T0', memo };
  const leave = new AbortController();
  const server = {
    client,
    replaced: new AbortController().signal,
    look: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  const seen: View[] = [];
  const onView = (view: View): void => {
    seen.push(view);
    leave.abort();
  };
  await follow({ server, found, known: () => lastKnown(found), onView, signal: leave.signal });
  expect(seen[0]?.state.waiting?.id).toBe('p');
});
