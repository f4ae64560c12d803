import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { recordedHistories } from '../kits/histories.js';
import { workflowBundle } from '../kits/temporal.js';

/**
 * Changes of behaviour that a careless edit could make, as edits of the bundled code: the recorded histories must catch
 * every one of them, or they guard nothing.
 */
const EDITS: [name: string, from: string | RegExp, to: string][] = [
  ['undos run oldest first', 'of undos.toReversed()', 'of undos'],
  [
    'a parallel group runs one by one',
    /await Promise\.all\(group\.map\(\(step\) => (take\([^;]*show\))\)\);/,
    'for (const step of group) await $1;',
  ],
  ['`when` of a step is not asked', /step\.when !== undefined && !/, 'false && !'],
  ['evidence is not opened first', /await (\w+\.)?system\.openEvidence\(/, 'void ('],
  ['evidence is not collected before the decisions', /if \(!collected\)\s*await collect\(session\);/, ';'],
  ['evidence is closed twice', /const closed = await /, 'await activities_js_again(); const closed = await '],
  ['what was held is released before the way back', /await \(0, ?_rollback_js\w+\.release\)\(session\);/, ';'],
  ['a failed phase runs no rollback', /if \(rollback\)(\s*await \(0, ?_rollback_js\w+\.namedRollback)/, 'if (false)$1'],
  ['a phase has one attempt more', 'state.attempt < attempts', 'state.attempt < attempts + 1'],
  ['a phase is a child of another name', '/rollback-${way.id}.${number}', '/undo-${way.id}.${number}'],
  ['phases are attempted under one name', /\$\{state\.index\}-\$\{plan\.id\}/, '${plan.id}'],
  ['a failed step does not stop its phase', 'if (blocking && !input.bestEffort)', 'if (false)'],
  ['without GO nothing is undone', "plan.onNoGo === 'undo'", "plan.onNoGo === 'never'"],
  ['events are written one by one', 'const BATCH_EVENTS = 50', 'const BATCH_EVENTS = 1'],
  [
    'the board’s search attributes are forgotten',
    'if (next.phase === this.shown.phase &&',
    'if (next.phase !== undefined ||',
  ],
];

let code: string;
const recorded = await recordedHistories();
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  ({ code } = workflowBundle());
}, 120_000);

/** Names of the histories that do not replay on this code; the first is enough. */
async function caughtBy(edited: string): Promise<string | undefined> {
  const histories = recorded.map(({ name, history }) => ({ workflowId: name.replace(/\.json$/, ''), history }));
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: { code: edited } },
    histories,
  )) {
    if (error) return workflowId;
  }
  return undefined;
}

test('without an edit nothing is caught', async () => {
  expect(await caughtBy(code)).toBeUndefined();
}, 120_000);

const caught: string[] = [];
test.each(EDITS)(
  '%s: caught',
  async (name, from, to) => {
    const edited = code.replace(from, to);
    expect([name, edited === code]).toEqual([name, false]);
    const by = await caughtBy(edited);
    expect([name, by]).toEqual([name, expect.any(String)]);
    caught.push(name);
  },
  60_000,
);

test('every deliberate break was caught', () => {
  console.log(`deliberate breaks of the workflows: ${EDITS.length}, caught ${caught.length}`);
  expect(caught.length).toBe(EDITS.length);
});
