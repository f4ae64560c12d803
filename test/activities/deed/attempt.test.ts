import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LEDGERS } from '../../../model/evidence/journal-files.js';
import { openStepEvidence, stepFolder } from '../../../activities/step/step-evidence.js';
import type { StepOutcome } from '../../../activities/step/step.js';
import { StepError } from '../../../activities/step/step-error.js';
import { sha256 } from '../../../evidence/durable.js';
import { acquireLock } from '../../../host/file-lock.js';
import { canonicalJson, type JsonObject } from '../../../model/json.js';
import { call, counted, type Do } from '../../kits/counting.js';
import {
  eventsOf,
  eventually,
  failed,
  passed,
  runStep,
  runTask,
  taskFor,
  temporaryFolder,
} from '../../kits/step-run.js';

describe('the wrapper', () => {
  test('records what it begins and what came of it, chained to the inputs', async () => {
    const act: Do = async ({ n }, context) => {
      await context.evidence.write('count.txt', String(n));
      return counted(n);
    };
    const run = await runStep('count', { n: 3, argv: ['a', 'b'] }, call(act));
    const [started, done] = eventsOf(run.task.goLive.evidenceDir);
    const place = { phase: '1-kit', phaseAttempt: 1, step: 'step', epoch: 1, kind: 'count' };
    const inputs = sha256(canonicalJson({ n: 3, argv: ['a', 'b'] }));
    expect(started).toMatchObject({ type: 'step.started', ...place, attempt: 1, argv: ['a', 'b'], inputs });
    expect(done).toMatchObject({ type: 'step.done', ...place, outputs: { n: 3 }, summary: 'n is 3' });
    expect(passed(run).evidence).toEqual([
      { name: 'count.txt', path: 'phases/1-kit.1/step/count.txt', sha256: sha256('3'), bytes: 1 },
    ]);
    expect(done?.evidence).toEqual(passed(run).evidence);
    expect(done?.durationMs).toEqual(expect.any(Number));
  });

  test('names the path of each input that cannot be used, and does nothing', async () => {
    let acted = false;
    const run = await runStep(
      'count',
      { n: 'three', m: 1 },
      call(async () => {
        acted = true;
        return counted(1);
      }),
    );
    expect(failed(run).code).toBe('BAD_INPUT');
    expect(failed(run).message).toMatch(/n: .*number.*m/s);
    expect(acted).toBe(false);
  });

  test('beats while the deed takes its time, with the latest progress', async () => {
    const run = await runStep(
      'count',
      { n: 1 },
      call(async (_, context) => {
        context.progress({ done: 1, total: 2, text: 'half' });
        await context.sleep(2300);
        return counted(1);
      }),
    );
    passed(run);
    expect(
      run.heartbeats.filter((details) => (details as { text?: string } | undefined)?.text === 'half').length,
    ).toBeGreaterThanOrEqual(3);
  });

  test('ends a deed a little before its time is over', async () => {
    const run = await runStep(
      'count',
      { n: 1 },
      {
        ...call(async (_, context) => {
          context.progress({ text: 'case 3 of 20' });
          await context.sleep(60_000);
          return counted(1);
        }),
        // A tenth of it is left for the report, whose files are synced.
        task: { timeoutMs: 15_000 },
      },
    );
    expect(failed(run).code).toBe('TIMED_OUT');
    // The time that the runbook gives, not what is left of it for the deed.
    expect(failed(run).message).toContain('was not done within 15s and was stopped');
    expect(failed(run).message).toContain('case 3 of 20');
    expect(run.durationMs).toBeLessThan(15_000);
  });

  test('reports a cancellation only when the deed has really ended', async () => {
    let ended = false;
    let under = false;
    const run = await runStep(
      'count',
      { n: 1 },
      {
        ...call(async (_, context) => {
          under = true;
          await context.sleep(60_000).catch(() => delay(300));
          ended = true;
          throw new Error('the connection was closed');
        }),
        cancelWhen: () => eventually(() => under, 'it acts'),
      },
    );
    expect([run.cancelled, ended]).toEqual([true, true]);
    expect(eventsOf(run.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.failed', code: 'CANCELLED' });
  });

  test.each([
    ['shut down with its worker, it goes on with another', true, true, /^The worker was shut down .* goes on/],
    ['stopped on request, it does not', false, undefined, /on request/],
  ])('%s', async (_what, drained, again, message) => {
    let under = false;
    const run = await runStep(
      'count',
      { n: 1 },
      {
        ...call(async (_, context) => {
          under = true;
          await context.sleep(60_000);
          return counted(1);
        }),
        drained,
        cancelWhen: () => eventually(() => under, 'it acts'),
      },
    );
    const last = eventsOf(run.task.goLive.evidenceDir).at(-1);
    expect([last?.type, last?.again, last?.message]).toEqual(['step.failed', again, expect.stringMatching(message)]);
  });

  test.each([
    ['while a try is left', 'CONNECTION_FAILED', 1, true],
    ['not after the last', 'CONNECTION_FAILED', 2, undefined],
    ['not what fails for good', 'BAD_INPUT', 1, undefined],
  ] as const)('what failed is taken again %s', async (_when, code, attempt, again) => {
    const act: Do = () => Promise.reject(new StepError(code, 'no'));
    const run = await runStep('count', { n: 1 }, { ...call(act), attempt, attempts: 2 });
    expect(eventsOf(run.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.failed', code });
    expect(eventsOf(run.task.goLive.evidenceDir).at(-1)?.again).toBe(again);
  });

  test('an unknown error is a defect: its message, no stack', async () => {
    const failure = failed(
      await runStep(
        'count',
        { n: 1 },
        call(async () => Promise.reject(new TypeError('x is not a function'))),
      ),
    );
    expect(failure).toMatchObject({ code: 'INTERNAL', message: 'x is not a function' });
  });

  test('long messages and facts are cut to what the server keeps', async () => {
    const act: Do = async () => {
      throw new StepError('CHECK_FAILED', '€'.repeat(3000), { facts: { raw: 'y'.repeat(9000) } });
    };
    const failure = failed(await runStep('count', { n: 1 }, call(act)));
    expect(Buffer.byteLength(JSON.stringify(failure))).toBeLessThan(3000);
    expect(failure.message).toMatch(/^€+…$/);
  });

  test('outputs that are not as declared, or too large, do not pass', async () => {
    const wrong = await runStep(
      'count',
      { n: 1 },
      call(async () => ({ outputs: { n: 'one' }, summary: '' })),
    );
    expect(failed(wrong)).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('n: ') });
    const large = await runStep(
      'count',
      { n: 1 },
      call(async () => ({ outputs: { n: 1, text: 'x'.repeat(40_000) }, summary: '' })),
    );
    expect(failed(large).message).toMatch(/outputs of count are 4\d{4} bytes/);
  });

  test('a step whose evidence cannot be written has not passed', async () => {
    const base = temporaryFolder();
    const act: Do = async (_, context) => {
      // Where the log stands, a folder: whoever runs the tests cannot append to it.
      const { evidenceDir } = context.task.goLive;
      const log = join(evidenceDir, 'data', 'events.jsonl');
      renameSync(log, `${log}.away`);
      mkdirSync(log);
      return counted(1);
    };
    const run = await runStep('count', { n: 1 }, { ...call(act), goLive: { baseDir: base } });
    expect(failed(run).code).toBe('EVIDENCE_UNWRITABLE');
    expect(run.retryable).toBe(true);
    writeFileSync(join(base, 'file'), '');
    const nowhere = await runStep(
      'count',
      { n: 1 },
      { ...call(async () => counted(1)), goLive: { evidenceDir: join(base, 'file') } },
    );
    expect(failed(nowhere).code).toBe('EVIDENCE_UNWRITABLE');
  });
});

describe('guards', () => {
  const guards = [{ id: 'uniform', title: 'Uniform block', trips: 'it.blocked / it.total > 0.7' }];
  const act: Do = async ({ n }, context) => {
    context.checkGuards({ blocked: n, total: 20, other: 5 });
    return counted(n);
  };
  test('a guard that holds stops the step with its title and its numbers', async () => {
    passed(await runStep('count', { n: 14 }, { ...call(act), task: { guards } }));
    const failure = failed(await runStep('count', { n: 15 }, { ...call(act), task: { guards } }));
    expect(failure.code).toBe('GUARD_TRIPPED');
    expect(failure.message).toBe(
      'Guard "Uniform block" tripped: it.blocked / it.total > 0.7 holds with blocked = 15, total = 20.',
    );
    expect(failure.facts).toEqual({ guard: 'uniform', blocked: 15, total: 20 });
  });
  test('a guard that cannot be computed stops the step as well', async () => {
    const broken = [{ id: 'g', title: 'Broken', trips: 'it.nothing > 1' }];
    expect(failed(await runStep('count', { n: 1 }, { ...call(act), task: { guards: broken } })).code).toBe(
      'EXPRESSION_FAILED',
    );
  });
});

describe('until', () => {
  const until = { everyMs: 20, withinMs: 5000, consecutive: 1 };
  const counter = (at: (n: number) => StepOutcome<JsonObject>): { act: Do; looks: () => number } => {
    let n = 0;
    return { act: async () => at(++n), looks: () => n };
  };
  test('looks again until the condition holds', async () => {
    const { act, looks } = counter(counted);
    const run = await runStep(
      'count',
      { n: 1 },
      { ...call(act), task: { until: { ...until, condition: 'it.n >= 4' } } },
    );
    expect([passed(run).outputs, looks()]).toEqual([{ n: 4 }, 4]);
  });
  test('needs it so many times running', async () => {
    const { act } = counter((n) => {
      if (n === 2) throw new StepError('CHECK_FAILED', 'not this time');
      return counted(n);
    });
    const run = await runStep('count', { n: 1 }, { ...call(act), task: { until: { ...until, consecutive: 3 } } });
    expect(passed(run).outputs).toEqual({ n: 5 });
  });
  test('is over in its time, and tells what was last seen', async () => {
    const { act } = counter(() => {
      throw new StepError('CONNECTION_FAILED', 'nothing answers on 8000', { facts: { port: 8000 } });
    });
    const failure = failed(
      await runStep('count', { n: 1 }, { ...call(act), task: { until: { ...until, withinMs: 200 } } }),
    );
    expect(failure).toMatchObject({ code: 'TIMED_OUT', facts: { port: 8000 } });
    expect(failure.message).toMatch(/did not hold within 200ms \(\d+ tries\); last: nothing answers on 8000/);
  });
  test('does not look again after a finding that will not change', async () => {
    const { act, looks } = counter(() => {
      throw new StepError('EXPECTATION_FAILED', 'stub mode is on');
    });
    expect(failed(await runStep('count', { n: 1 }, { ...call(act), task: { until } })).code).toBe('EXPECTATION_FAILED');
    expect(looks()).toBe(1);
  });
});

describe('an attempt that was replaced between its intent and its deed', () => {
  test('finds out before it acts', async () => {
    const base = temporaryFolder();
    // Held, the log keeps the attempt where it has its intent and has not begun.
    const release = await acquireLock(join(base, '.evidence.lock'), { timeoutMs: 1000 });
    let acted = false;
    const act: Do = async () => {
      acted = true;
      return counted(1);
    };
    const task = taskFor({ n: 1 }, { goLive: { baseDir: base } });
    const attempt = runTask('count', task, call(act));
    const ledger = join(stepFolder(task.goLive.evidenceDir, task), LEDGERS.do);
    await eventually(() => existsSync(ledger) && readFileSync(ledger, 'utf8').endsWith('\n'), 'its intent');
    await openStepEvidence(task, 'new');
    await release();
    expect(failed(await attempt).code).toBe('CANCELLED');
    expect(acted).toBe(false);
  });
});
