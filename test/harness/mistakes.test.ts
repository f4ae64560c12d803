import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Mistake, mistakenBundle, sharedServer, type TestServer } from '../kits/temporal.js';
import { aborted, abortedOnTheWay, broken, retried, type Run, stopped, undoBroken, UNDONE } from './runs.js';

/**
 * The harness must see what it is for: each mistake here is made in the real workflows, which then go through one
 * runbook, and the judgement must name it.
 */
let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(() => server.stop());

/** `npm run test:break` takes every run and makes every mistake; `npm test` the first of each. */
const all = process.env.GOLIVE_ALL === '1';

describe('without a mistake nothing is found', () => {
  const runs: [string, Run][] = [
    ['broken twice', broken],
    ['aborted', aborted(300)],
    ['retried by an operator', retried],
    ...UNDONE.toReversed().map((name): [string, Run] => [`the undo of ${name} fails`, undoBroken(name)]),
    ['aborted on the way back', abortedOnTheWay],
  ];
  test.each(all ? runs : runs.slice(0, 4))('%s', async (_, run) => expect(await run(server)).toEqual([]), 60_000);
});

const MISTAKES: { title: string; mistakes: Mistake[]; run: Run; found: RegExp[] }[] = [
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
    title: 'a call of an undo is given nothing',
    mistakes: [{ file: 'workflows/undo.js', from: /input: call\.input/, to: 'input: {}' }],
    run: broken,
    found: [
      /^'undo Let it settle' of switch\.listed is given the input \{\} instead of \{"for":"1s"\}$/,
      /^'undo Write the old one' of switch\.listed is given the input \{\} instead of \{.*switch\/1\/config\/1 \d+T\d+Z/,
      /^'undo last' of switch\.last is given the input \{\} instead of /,
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
    run: aborted(20_000),
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
        from: /(\S*stepDone\)?\(record, result\);)/,
        to: '$1 if (entry) register(entry);',
      },
    ],
    run: broken,
    found: [/^switch\.last is not undone by R1: .* is left out$/],
  },
  {
    title: 'a rollback undoes more than it says',
    mistakes: [{ file: 'workflows/rollback.js', from: /entry\.phase === failed\)/, to: 'true)' }],
    run: broken,
    found: [/^prepare\.setting is undone by R1, which does not ask for it$/],
  },
  {
    title: 'a phase goes on after a failed step',
    mistakes: [{ file: 'workflows/phase.js', from: /blocking && !input\.bestEffort/, to: 'false' }],
    run: stopped,
    found: [/^switch\.left begins after switch\.config has failed$/],
  },
  {
    title: 'an undo is not given what its deed was given',
    mistakes: [{ file: 'workflows/step.js', from: /\{ input: given, \.\.\.call \}/, to: '{ input: {}, ...call }' }],
    run: broken,
    found: [/^'undo last' of switch\.last is given the input \{\} instead of \{"path":"last","content":"new"\}$/],
  },
  {
    title: 'the undos of two attempts share a folder',
    mistakes: [{ file: 'workflows/undo.js', from: '`undo-${phase}-${phaseAttempt}-', to: '`undo-${phase}-' }],
    run: retried,
    found: [/^'undo last' of switch\.last shares a folder with 'undo last' of switch\.last \(attempt 2\)$/],
  },
  {
    title: 'the undos of two epochs share a folder',
    mistakes: [{ file: 'workflows/undo.js', from: '${step}-${epoch}${index', to: '${step}${index' }],
    run: retried,
    found: [/^'undo last' of switch\.last shares a folder with 'undo last' of switch\.last \(epoch 2\)$/],
  },
  {
    title: 'an undo has no time',
    mistakes: [{ file: 'workflows/undo.js', from: 'timeoutMs: UNDO_TIMEOUT_MS', to: 'timeoutMs: 1' }],
    run: broken,
    found: [/^'undo last' of switch\.last has 1 ms instead of 60000 at least$/],
  },
  {
    title: 'a step that was undone is told as done',
    mistakes: [{ file: 'model/state/transitions.js', from: "record.status = 'undone'", to: "record.status = 'done'" }],
    run: broken,
    found: [/^the undos of R1: \["done",.* instead of \["undone",/],
  },
  {
    title: 'a way back can be cancelled',
    mistakes: [
      { file: 'workflows/phase.js', from: /\w+\.CancellationScope\.nonCancellable\(\(\) => (.*)\);/, to: '($1);' },
    ],
    run: abortedOnTheWay,
    found: [/^switch\.listed is not undone by the end without GO: 'undo Write the old one' is left out$/],
  },
  {
    title: 'an undo that failed counts as carried out',
    mistakes: [{ file: 'model/state/transitions.js', from: "entry.status = 'failed'", to: "entry.status = 'done'" }],
    run: undoBroken('switch.config'),
    found: [/^switch\.config is not undone by the end without GO: 'undo config' is left out$/],
  },
  {
    title: 'an undo that failed is told as carried out',
    mistakes: [
      { file: 'model/state/transitions.js', from: "record.status = 'undo-failed'", to: "record.status = 'undone'" },
    ],
    run: undoBroken('switch.config'),
    found: [
      /^the undos of R1: \[.*"undone"\] instead of \[.*"undo-failed"\]$/,
      /^the end of R1: "done" instead of "incomplete"$/,
      /^ROLLBACK INCOMPLETE in the sentence: false instead of true$/,
    ],
  },
  {
    title: 'a way back is done whatever failed',
    mistakes: [
      { file: 'model/state/transitions.js', from: "status === 'passed' ? 'done' : 'incomplete'", to: "'done'" },
    ],
    run: undoBroken('switch.config'),
    found: [
      /^the end of R1: "done" instead of "incomplete"$/,
      /^ROLLBACK INCOMPLETE in the state: false instead of true$/,
      /^ROLLBACK INCOMPLETE in the sentence: false instead of true$/,
      /^switch\.config \(attempt 2\) begins, though the undo of switch\.config failed$/,
    ],
  },
  {
    title: 'after an undo that failed the rest is left as it is',
    mistakes: [
      {
        file: 'workflows/undo.js',
        from: /(undoFailed\)?\(record, entry, .*\);)/,
        to: '$1 break;',
      },
    ],
    run: undoBroken('switch.right'),
    found: [/^switch\.config is not undone by R1: 'undo config' is left out$/],
  },
  {
    title: 'the go-live goes on after a way back that is incomplete',
    mistakes: [{ file: 'workflows/after-failure.js', from: 'state.rollbackIncomplete || ', to: '' }],
    run: undoBroken('switch.config'),
    found: [/^switch\.config \(attempt 2\) begins, though the undo of switch\.config failed$/],
  },
];

const made = all ? MISTAKES : MISTAKES.slice(0, 2);

describe('a mistake in the workflows is named', () => {
  test.each(made)(
    '$title',
    async ({ mistakes, run, found }) => {
      const faults = await run(server, mistakenBundle(mistakes));
      for (const one of found) expect(faults).toContainEqual(expect.stringMatching(one));
    },
    120_000,
  );
});
