import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeWorld } from '../kits/fake-world.js';
import { goThrough, subjectOf } from '../kits/harness.js';
import type { Running } from '../kits/run-go-live.js';
import { type Bundle, type Mistake, mistakenBundle, sharedServer, type TestServer } from '../kits/temporal.js';
import { judgeBreak, judgeWayBack } from '../kits/way-back.js';

/**
 * The harness must see what it is for: each mistake here is made in the real workflows, which then go through one
 * runbook, and the judgement must name it.
 */
const RUNBOOK = `
schema: 1
id: ways-back
title: Ways back of every form
roles: { ops: Operations }
phases:
  - id: prepare
    owner: ops
    steps:
      - { id: freeze, uses: file.write, undoOn: always, with: { path: frozen, content: yes } }
      - { id: look, uses: tcp.check, with: { host: 127.0.0.1, port: 9 } }
      - { id: setting, uses: file.write, with: { path: setting, content: new } }
  - id: switch
    owner: ops
    steps:
      - { id: config, uses: file.write, with: { path: config, content: new } }
      - parallel:
          - { id: left, uses: file.write, with: { path: left, content: new } }
          - { id: right, uses: file.write, with: { path: right, content: new } }
      - id: listed
        uses: file.write
        with: { path: listed, content: new }
        undo:
          - { uses: file.write, title: Write the old one, with: { path: listed, content: old } }
          - { uses: wait, title: Let it settle, with: { for: 1s } }
      - { id: last, uses: file.write, with: { path: last, content: new } }
    onFail: { attempts: 2, rollback: R1 }
rollbacks:
  R1: { undo: phase, steps: [{ id: settle, uses: wait, with: { for: 1s } }] }
`;
const subject = subjectOf('ways-back.yaml', RUNBOOK);
const LAST = 'switch.last';

let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(() => server.stop());

/** The last step fails in both attempts. */
async function broken(bundle?: Bundle): Promise<string[]> {
  const world = subject.world();
  world.broken.set(LAST, Number.POSITIVE_INFINITY);
  await goThrough({ ...server, plan: subject.plan(), world, bundle });
  return [...judgeWayBack(subject.plan(), world.record), ...judgeBreak(subject.plan(), world.record, LAST)];
}

/** Waits until it holds, at most so many milliseconds. */
async function within(ms: number, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + ms; !holds() && Date.now() < end; ) await new Promise((done) => setTimeout(done, 10));
}
const undoBegan = (world: FakeWorld) => () => world.record.some((one) => one.what === 'began' && one.undo);

/**
 * The go-live is aborted while the last step acts, which takes its time to stop.
 *
 * @param leisureMs how long it stops at most; it is done with it as soon as an undo does not wait for it
 */
async function aborted(leisureMs: number, bundle?: Bundle): Promise<string[]> {
  const world = subject.world();
  world.hanging.add(LAST);
  world.stopping = () => within(leisureMs, undoBegan(world));
  const meanwhile = async (run: Running) => {
    await within(20_000, () => world.deeds.includes(LAST));
    await run.send('abort', { by: 'Ada', reason: 'enough' });
  };
  await goThrough({ ...server, plan: subject.plan(), world, bundle, meanwhile });
  return judgeWayBack(subject.plan(), world.record);
}

test('without a mistake nothing is found', async () => {
  expect(await broken()).toEqual([]);
  expect(await aborted(300)).toEqual([]);
}, 120_000);

const MISTAKES: { title: string; mistakes: Mistake[]; run: typeof broken; found: RegExp[] }[] = [
  {
    title: 'undos are turned round',
    mistakes: [{ file: 'workflows/undo.js', from: /undos\.toReversed\(\)/, to: 'undos' }],
    run: broken,
    found: [
      /^switch\.config is undone before switch\.last, which is newer$/,
      /^switch\.config \(attempt 2\) is undone before switch\.last \(attempt 2\), which is newer$/,
      /^prepare\.freeze is undone before prepare\.setting, which is newer$/,
    ],
  },
  {
    title: 'one undo is left out',
    mistakes: [{ file: 'workflows/undo.js', from: /undos\.toReversed\(\)/, to: 'undos.toReversed().slice(1)' }],
    run: broken,
    found: [
      /^switch\.last is not undone by R1: .* is left out$/,
      /^switch\.last \(attempt 2\) is not undone by the end without GO/,
    ],
  },
  {
    title: 'what was undone is forgotten, and undone again',
    mistakes: [{ file: 'model/state/transitions.js', from: /entry\.status = 'done';/, to: '' }],
    run: broken,
    found: [/^switch\.last is undone twice$/, /^switch\.config is undone twice$/],
  },
  {
    title: 'the way back does not wait until the deed has stopped',
    mistakes: [{ file: 'workflows/activities.js', from: /WAIT_CANCELLATION_COMPLETED/, to: 'TRY_CANCEL' }],
    run: (bundle) => aborted(20_000, bundle),
    found: [/^switch\.last is undone before the deed switch\.last has ended$/],
  },
  {
    title: 'all but the first call of an undo list is left out',
    mistakes: [
      { file: 'workflows/undo.js', from: /entry\.calls\.entries\(\)/, to: 'entry.calls.slice(0, 1).entries()' },
    ],
    run: broken,
    found: [/^switch\.listed is not undone by R1: 'undo Let it settle' is left out$/],
  },
  {
    title: 'the undo is promised after the deed',
    mistakes: [
      { file: 'workflows/step.js', from: /if \(entry\)\s+register\(entry\);/, to: '' },
      {
        file: 'workflows/step.js',
        from: /if \(entry\)\s+entry\.outputs = result\.outputs;/,
        to: 'if (entry) { entry.outputs = result.outputs; register(entry); }',
      },
    ],
    run: broken,
    found: [/^switch\.last is not undone by R1: .* is left out$/],
  },
  {
    title: 'a rollback undoes more than it says',
    mistakes: [{ file: 'workflows/rollback.js', from: /entry\.phase === phase\)/, to: 'true)' }],
    run: broken,
    found: [/^prepare\.setting is undone by R1, which does not ask for it$/],
  },
  {
    title: 'a phase goes on after a failed step',
    mistakes: [{ file: 'workflows/phase.js', from: /blocking && !input\.bestEffort/, to: 'false' }],
    run: async (bundle) => {
      const world = subject.world();
      world.broken.set('switch.config', Number.POSITIVE_INFINITY);
      await goThrough({ ...server, plan: subject.plan(), world, bundle });
      return judgeBreak(subject.plan(), world.record, 'switch.config');
    },
    found: [/^switch\.left begins after switch\.config has failed$/],
  },
];

/** Four in `npm test`; `npm run test:break` makes every mistake. */
const made = MISTAKES.slice(0, process.env.GOLIVE_ALL === '1' ? MISTAKES.length : 4);

describe('a mistake in the workflows is named', () => {
  test.each(made)(
    '$title',
    async ({ mistakes, run, found }) => {
      const faults = await run(mistakenBundle(mistakes));
      for (const one of found) expect(faults).toContainEqual(expect.stringMatching(one));
    },
    120_000,
  );
});
