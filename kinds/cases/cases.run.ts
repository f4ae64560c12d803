import type { z } from 'zod';
import type { casesRun as kind } from './cases.run.kind.js';
import { outputsOf } from './cases.run.recompute.js';
import { refuseBegun } from './batch-begun.js';
import { ofRun, writeLeaves } from './leaves.js';
import { type Manifest, readManifest } from './manifest.js';
import { type CaseResult, Tally } from './metrics.js';
import { showProgress } from './progress.js';
import { runBatch } from './run-batch.js';
import { sendCase, type SendOptions } from './send-case.js';
import { isJsonObject, parseJson } from '../../model/json.js';
import { asStep } from '../shared/as-step.js';
import { figuresOfAccount, refuseUnreadable } from '../shared/reading.js';
import type { HandlerOf, LineAppender, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

export const casesRun: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { manifest } = await readManifest(context.path(input.manifest));
    if (input.seed !== undefined && manifest.seed !== input.seed) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The manifest was made with the seed ${manifest.seed ?? 'none'}, not ${input.seed}.`,
      );
    }
    const { runner } = input;
    if (runner !== 'golive') await refuseBegun(runner, context);
    const appender = await context.evidence.appender('results.jsonl');
    // What an earlier attempt recorded stays: a case with a recorded answer is never sent again.
    const results = appender.existing.map((line) => JSON.parse(line) as CaseResult);
    const { cases } = manifest;
    let besides = '';
    try {
      if (runner === 'golive') await runAll(input, manifest, results, appender, context);
      else besides = await runBatch({ input, runner, cases, results, appender }, context);
    } catch (error) {
      await appender.close();
      const leaves = await writeLeaves(context, cases, results, false);
      const told = error instanceof StepError && (error.code === 'GUARD_TRIPPED' || runner !== 'golive');
      throw told ? withFacts(error, cases, results, leaves) : error;
    }
    await appender.close();
    await writeLeaves(context, cases, results, true);
    const outputs = outputsOf(cases, results, runner);
    const { unreadable } = input;
    if (unreadable) {
      const figures = figuresOfAccount(outputs);
      const problem = firstUnread(results);
      asStep(
        () => refuseUnreadable({ ...figures, ...(problem ? { problem } : {}) }, unreadable, 'answers'),
        () => ({ facts: figures, evidence: context.evidence.refs() }),
      );
    }
    const { comparable, agreed, total, retries429, exhausted429 } = outputs;
    return {
      outputs,
      summary: `${agreed} of ${comparable} comparable cases agree with the oracle (${total} cases, ${outputs.unreadable} answers no verdict); 429: ${retries429 ?? 'not known how many'} retried, ${exhausted429 ?? 'not known how many'} exhausted${sentBy(outputs.runner)}${besides}`,
    };
  },
};

function sentBy(runner: string | undefined): string {
  return runner === undefined ? '' : `; sent by the team’s own script (${runner})`;
}

/** The first answer that was no verdict, and why. */
function firstUnread(results: readonly CaseResult[]): string | undefined {
  const first = results.find(({ verdict }) => verdict === null);
  return first && `${first.id}: ${first.error ?? 'no verdict'}`;
}

async function runAll(
  input: Input,
  manifest: Manifest,
  results: CaseResult[],
  appender: LineAppender,
  context: StepContext,
): Promise<void> {
  const { cases } = manifest;
  const done = new Set(results.map(({ id }) => id));
  const options: SendOptions = {
    url: input.url,
    retries429: input.retries429,
    timeoutMs: input.timeout,
    ...(input.token ? { token: await context.secret(input.token) } : {}),
    pace: pacer(context.scaled(input.minInterval), context),
  };
  const begun = performance.now();
  let sent = 0;
  const tally = new Tally(cases, results);
  showProgress(tally, 0, 0, context);
  for (const one of cases) {
    if (done.has(one.id)) continue;
    const result = await withoutTold(await sendCase(one, options, context), context);
    await appender.append(JSON.stringify({ ...ofRun(context.task), ...result }));
    results.push(result);
    tally.add(result);
    sent += 1;
    showProgress(tally, sent, performance.now() - begun, context);
    if (input.requireStubFalse && result.stub) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The answer to case '${one.id}' is a stub; stubs are never decision evidence.`,
      );
    }
    context.checkGuards(tally.figures());
  }
}

/** What the answer told besides its verdict, without credentials that nobody declared. */
async function withoutTold(result: CaseResult, context: StepContext): Promise<CaseResult> {
  const { issues, severities, structuredKeys, extraction, documentsPresent, error } = result;
  const text = JSON.stringify({ issues, severities, structuredKeys, extraction, documentsPresent, error });
  const told = parseJson(text);
  if (!isJsonObject(told)) return result;
  const { value, credentials } = await context.withoutCredentialsIn(told);
  return credentials === 0 ? result : { ...result, ...value, credentials };
}

/** Lets the next send begin no earlier than the interval after the last one began. */
function pacer(intervalMs: number, context: StepContext): () => Promise<void> {
  let due = 0;
  return async () => {
    const now = performance.now();
    if (due > now) await context.sleep(due - now);
    due = performance.now() + intervalMs;
  };
}

function withFacts(
  error: StepError,
  cases: Manifest['cases'],
  results: readonly CaseResult[],
  leaves: NonNullable<StepError['options']['evidence']>,
): StepError {
  return new StepError(error.code, error.message, {
    ...error.options,
    facts: { ...error.options.facts, ...new Tally(cases, results).figures() },
    evidence: leaves,
  });
}
