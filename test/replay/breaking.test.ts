import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { recordedHistories } from '../kits/histories.js';
import { type Bundle, type Mistake, mistakenBundle } from '../kits/temporal.js';

/**
 * Changes of behaviour that a careless edit could make, as edits of the bundled code: the recorded histories must catch
 * every one of them, or they guard nothing. `likely` names the histories to replay first: the rest only when they do not tell.
 */
const EDITS: [name: string, edit: Mistake & { likely?: string }][] = [
  [
    'a second attempt begins at the failed phase whatever was taken back',
    { file: 'workflows/after-failure.js', from: 'earliest !== target && ', to: 'false && ', likely: 'standing-' },
  ],
  [
    'the phases before one that is given up are left taken back',
    { file: 'workflows/after-failure.js', from: 'earliest !== plan.id && ', to: 'false && ', likely: 'standing-' },
  ],
  [
    'a person is asked after the rollback',
    { file: 'workflows/after-failure.js', from: 'if (asksAtLast(work) && ', to: 'if (false && ', likely: 'standing-' },
  ],
  [
    'what has ended is taken back once more',
    { file: 'workflows/sealed.js', from: '.code === SEALED', to: ".code === 'x'", likely: 'sealed-' },
  ],
  [
    'what was left is told by nobody',
    { file: 'workflows/session.js', from: 'if (state.rollbackIncomplete)', to: 'if (false)', likely: 'what-was-left' },
  ],
  [
    'undos run oldest first',
    { file: 'workflows/undo.js', from: 'of undos.toReversed()', to: 'of undos', likely: 'failure-undos' },
  ],
  [
    'a parallel group runs one by one',
    {
      file: 'workflows/phase.js',
      from: /await Promise\.all\(group\.map\(\(step\) => (take\([^;]*show\))\)\);/,
      to: 'for (const step of group) await $1;',
      likely: 'failure-',
    },
  ],
  [
    '`when` of a step is not asked',
    { file: 'workflows/step.js', from: /step\.when !== undefined && !/, to: 'false && !', likely: 'the-straight-way' },
  ],
  ['evidence is not opened first', { file: 'workflows/go-live.js', from: /await (\S+\.openEvidence\()/, to: 'void (' }],
  [
    'evidence is not collected before the decisions',
    { file: 'workflows/close.js', from: /if \(!collected\)\s*await collect\(session\);/, to: ';' },
  ],
  [
    'evidence is closed twice',
    {
      file: 'workflows/close.js',
      from: /const closed = (await \S+\.closeEvidence\(\{[^}]*\}\));/,
      to: '$1; const closed = $1;',
    },
  ],
  [
    'what was held is not released',
    {
      file: 'workflows/close.js',
      from: /await \(0, ?_rollback_js\w+\.release\)\(session, endOf\(ended, aborted\)\);/,
      to: ';',
    },
  ],
  [
    'a failed phase runs no rollback',
    {
      file: 'workflows/after-failure.js',
      from: /if \(rollback\)(\s*await \(0, ?_rollback_js\w+\.namedRollback)/,
      to: 'if (false)$1',
    },
  ],
  [
    'a phase has one attempt more',
    { file: 'workflows/after-failure.js', from: 'state.attempt < attempts', to: 'state.attempt < attempts + 1' },
  ],
  [
    'a phase is a child of another name',
    { file: 'workflows/rollback.js', from: '/rollback-${id}.${number}', to: '/undo-${id}.${number}' },
  ],
  [
    'phases are attempted under one name',
    { file: 'workflows/take-phase.js', from: /\$\{state\.index\}-\$\{plan\.id\}/, to: '${plan.id}' },
  ],
  [
    'a failed step does not stop its phase',
    { file: 'workflows/phase.js', from: 'if (blocking && !input.bestEffort)', to: 'if (false)', likely: 'failure-' },
  ],
  [
    'without GO nothing is undone',
    { file: 'workflows/close.js', from: "plan.onNoGo === 'undo'", to: "plan.onNoGo === 'never'" },
  ],
  [
    'events are written one by one',
    { file: 'workflows/session.js', from: 'const BATCH_EVENTS = 50', to: 'const BATCH_EVENTS = 1' },
  ],
  [
    'the board’s search attributes are forgotten',
    {
      file: 'workflows/session.js',
      from: 'if (next.phase === this.shown.phase &&',
      to: 'if (next.phase !== undefined ||',
    },
  ],
];

const recorded = await recordedHistories();
beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
});

/** Name of the first history that gives other commands on these workflows. */
async function caughtBy(bundle: Bundle, likely: string): Promise<string | undefined> {
  const histories = recorded
    .map(({ name, history }) => ({ workflowId: name.replace(/\.json$/, ''), history }))
    .toSorted((a, b) => Number(b.workflowId.startsWith(likely)) - Number(a.workflowId.startsWith(likely)));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories)) {
    // Code that merely throws would be no change of behaviour.
    if (error) expect(error).toBeInstanceOf(DeterminismViolationError);
    if (error) return workflowId;
  }
  return undefined;
}

const caught: string[] = [];
test.each(EDITS)(
  '%s: caught',
  async (name, edit) => {
    const by = await caughtBy(mistakenBundle([edit]), edit.likely ?? '');
    expect([name, by]).toEqual([name, expect.any(String)]);
    caught.push(name);
  },
  60_000,
);

test('every deliberate break was caught', () => {
  console.log(`deliberate breaks of the workflows: ${EDITS.length}, caught ${caught.length}`);
  expect(caught.length).toBe(EDITS.length);
});
