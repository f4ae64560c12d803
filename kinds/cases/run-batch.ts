import type { z } from 'zod';
import type { CommandResult, LineAppender, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import { commandEnv } from '../shared/command-env.js';
import type { BatchFields } from './batch-fields.js';
import { type KnownCase, rowOf } from './batch-row.js';
import { type Begun, beginBatch } from './batch-begun.js';
import type { casesRun as kind } from './cases.run.kind.js';
import { type Grown, GrowingFile } from './growing-file.js';
import { ofRun } from './leaves.js';
import { type CaseResult, Tally } from './metrics.js';
import { showProgress } from './progress.js';

type Input = z.infer<(typeof kind)['input']>;

/** Between two looks at the file, in milliseconds. */
const LOOK_MS = 250;
const NAMED = 5;

export interface BatchRun {
  input: Input;
  runner: BatchFields;
  cases: readonly KnownCase[];
  /** What earlier attempts read; grows. */
  results: CaseResult[];
  appender: LineAppender;
}

/**
 * Has the team's own script send the cases, and reads its lines while it writes them.
 *
 * @throws StepError as the page of the kind says; the script has ended then
 */
export async function runBatch(run: BatchRun, context: StepContext): Promise<string> {
  const { input, runner } = run;
  const begun = await beginBatch(input, runner, context);
  const file = new GrowingFile(begun.file, runner.file, begun.from, context.signal);
  const reading = new Reading(run, begun, context);
  reading.show();
  const stop = new AbortController();
  let over = false;
  const script = context
    .run({
      argv: runner.argv.map(begun.filled),
      cwd: runner.cwd === undefined ? context.task.goLive.baseDir : context.path(runner.cwd),
      env: await commandEnv(mapValues(runner.env, begun.filled), context),
      timeoutMs: context.task.timeoutMs,
      saveAs: 'output.log',
      signal: stop.signal,
    })
    .finally(() => {
      over = true;
    });
  const ended = script.then(
    () => undefined,
    () => undefined,
  );
  try {
    while (!over) {
      await reading.take(await file.look());
      const pause = context.sleep(LOOK_MS);
      pause.catch(() => undefined);
      await Promise.race([pause, ended]);
      context.signal.throwIfAborted();
    }
  } catch (error) {
    stop.abort();
    await ended;
    throw error;
  }
  // Also of a script that was stopped for its time: what it wrote is read.
  if (!context.signal.aborted) await reading.take(await file.end());
  judge(await script, run, file.seen, context);
  return reading.leftOut === 0 ? '' : `; ${reading.leftOut} lines left out by \`where\``;
}

/** Takes the lines as they come. */
class Reading {
  leftOut = 0;
  #sent = 0;
  /** Lines of an earlier attempt that stand there again. */
  #again = 0;
  readonly #earlier: readonly CaseResult[];
  readonly #done: Set<string>;
  readonly #known: ReadonlyMap<string, KnownCase>;
  readonly #tally: Tally;
  readonly #since = performance.now();

  constructor(
    private readonly run: BatchRun,
    private readonly begun: Begun,
    private readonly context: StepContext,
  ) {
    this.#earlier = [...run.results];
    this.#done = new Set(run.results.map(({ id }) => id));
    this.#tally = new Tally(run.cases, run.results);
    this.#known = new Map(run.cases.map(({ id, scenario, expected }) => [id, { id, scenario, expected }]));
  }

  show(): void {
    showProgress(this.#tally, this.#sent, performance.now() - this.#since, this.context);
  }

  async take({ lines, problem }: Grown): Promise<void> {
    for (const { text, number, ended } of lines) {
      if (text.trim() === '') continue;
      const masked = await this.context.withoutCredentials(this.context.redact(text));
      await this.#line(masked.text, masked.credentials, number, ended);
    }
    if (problem !== undefined) throw this.#unread(problem);
  }

  async #line(raw: string, credentials: number, number: number, ended: boolean): Promise<void> {
    const { runner } = this.run;
    const read = rowOf(raw, this.#known, runner);
    if (read === 'left out') {
      this.leftOut += 1;
      return;
    }
    if ('problem' in read) {
      throw this.#unread(
        `line ${number} ${read.problem}${ended ? '' : ', and has no line end: it may be half-written'}`,
      );
    }
    const { row } = read;
    const before = this.#earlier[this.#again];
    if (before) {
      this.#again += 1;
      if (before.sha256 === row.sha256) return;
      throw this.#unread(`line ${number} is not the one that an earlier attempt read of ${before.id}`);
    }
    if (this.#done.has(row.id)) throw this.#unread(`line ${number} has the case '${row.id}' once more`);
    await this.#add(row, credentials, number);
  }

  async #add(row: Extract<ReturnType<typeof rowOf>, { row: unknown }>['row'], credentials: number, line: number) {
    const { results, appender, input } = this.run;
    const at = this.context.now().toISOString();
    const startedAt = results.at(-1)?.at ?? this.begun.at;
    const ms = row.ms ?? Math.max(0, Date.parse(at) - Date.parse(startedAt));
    const result: CaseResult = { ...row, ms, startedAt, at, line, ...(credentials > 0 ? { credentials } : {}) };
    await appender.append(JSON.stringify({ ...ofRun(this.context.task), ...result }));
    results.push(result);
    this.#done.add(result.id);
    this.#sent += 1;
    this.#tally.add(result);
    this.show();
    // What is no verdict is no evidence of anything.
    const untold = result.verdict !== null && result.untold?.includes('stub') === true;
    if (input.requireStubFalse && (result.stub || untold)) {
      const what = untold ? 'does not tell by true or false whether it is a stub' : 'is a stub';
      throw new StepError(
        'EXPECTATION_FAILED',
        `The answer to case '${result.id}' ${what}; stubs are never decision evidence.`,
      );
    }
    this.context.checkGuards(this.#tally.figures());
  }

  #unread(problem: string): StepError {
    const { runner, results, cases } = this.run;
    return new StepError(
      'EXPECTATION_FAILED',
      `${runner.file}: ${problem}; ${results.length} of ${cases.length} cases had been read.`,
      { hint: 'Say by `runner.columns`, `classes` or `where` how its lines are to be read, or mend the script.' },
    );
  }
}

function judge(ended: CommandResult, { runner, cases, results }: BatchRun, seen: boolean, context: StepContext): void {
  const program = runner.argv[0] ?? '';
  const came = `${results.length} of ${cases.length} cases`;
  if (ended.exitCode !== 0) {
    const how = ended.exitCode === null ? `was ended by ${ended.signal}` : `ended with code ${ended.exitCode}`;
    const { clause, said } = lastWords(ended.stderr || ended.stdout);
    const facts = { exitCode: ended.exitCode, signal: ended.signal };
    throw new StepError('COMMAND_FAILED', `${program} ${how} after ${came}${clause || '.'}`, { said, facts });
  }
  const problem = (text: string): StepError =>
    new StepError('EXPECTATION_FAILED', `${program} ended with code 0 ${text}.`, { evidence: context.evidence.refs() });
  if (!seen) throw problem(`and has not written ${runner.file}: not one case is known`);
  const there = new Set(results.map(({ id }) => id));
  const missing = cases.filter(({ id }) => !there.has(id)).map(({ id }) => id);
  if (missing.length === 0) return;
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw problem(`after ${came}: no line of ${missing.slice(0, NAMED).join(', ')}${more}`);
}

function mapValues(env: BatchFields['env'], filled: (text: string) => string): BatchFields['env'] {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, typeof value === 'string' ? filled(value) : value]),
  );
}
