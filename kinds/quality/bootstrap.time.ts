import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { CommandResult, HandlerOf, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';
import { formatDuration } from '../../model/duration.js';
import { gitIn, gitOnline } from '../git/git.js';
import { stateOf } from '../git/code-state.js';
import { gitAround } from '../git/repository.js';
import { commandEnv } from '../shared/command-env.js';
import type { bootstrapTime as kind } from './bootstrap.time.kind.js';
import { type Course, timesOf } from './bootstrap.time.recompute.js';
import { endMarked } from './survivors.js';

type Input = z.infer<(typeof kind)['input']>;

const MARK = 'GOLIVE_BOOTSTRAP';
const PREFIX = 'golive-bootstrap-';
const PROBE_MS = 10_000;
const memory = z.object({ folder: z.string(), mark: z.string() });

export const bootstrapTime: HandlerOf<typeof kind> = {
  async do(input, context) {
    const source = await sourceOf(input, context);
    await removeEarlier(context);
    const mark = randomUUID();
    const folder = join(tmpdir(), `${PREFIX}${mark}`);
    await context.remember({ folder, mark });
    const clock = startClock();
    let course: Omit<Course, 'ended'> | undefined;
    let ended = 0;
    const over = new AbortController();
    try {
      await mkdir(folder, { mode: 0o700 });
      const cloned = await copied(source, join(folder, 'tree'), input.within, clock, context);
      const env = { ...(await commandEnv(input.env ?? {}, context)), [MARK]: mark };
      const bench: Bench = { tree: join(folder, 'tree'), env, clock, over: over.signal, going: [], context };
      const { commit, clean, changed } = source;
      course = {
        commit,
        clean,
        changed,
        cloned,
        ...(await carriedOut(input, bench)),
        ...(input.keep ? { folder } : {}),
      };
    } finally {
      over.abort();
      ended = await endMarked(`${MARK}=${mark}`);
      if (!input.keep || course === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    const whole: Course = { ...course, ended };
    await context.evidence.write('bootstrap.json', `${JSON.stringify(whole)}\n`);
    const outputs = timesOf(whole);
    const dirty = whole.clean
      ? ''
      : `; the folder is not as committed (${whole.changed} files differ), and that was not copied`;
    return {
      outputs,
      summary: `${whole.commit.slice(0, 12)} was ready after ${formatDuration(outputs.bootstrapMs)}, ${formatDuration(outputs.readyMs)} after the last step${dirty}`,
    };
  },
};

interface Source {
  top: string;
  commit: string;
  clean: boolean;
  changed: number;
}

async function sourceOf({ folder, commit }: Input, context: StepContext): Promise<Source> {
  const place = context.path(folder);
  const git = await gitAround(place, context);
  if (git === undefined) throw new StepError('NOT_FOUND', `${place} belongs to no git repository.`);
  const top = await git.line('rev-parse', '--show-toplevel');
  const found = await git.try('rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`);
  const id = /^[0-9a-f]{40,64}$/m.exec(found.rawStdout)?.[0];
  if (found.exitCode !== 0 || id === undefined) throw new StepError('NOT_FOUND', `${place} has no commit ${commit}.`);
  const state = await stateOf(place, git, (path) => gitAround(path, context));
  return { top, commit: id, clean: state.clean && state.commit === id, changed: state.changed };
}

/** What an attempt left whose worker died. */
async function removeEarlier(context: StepContext): Promise<void> {
  const { data } = memory.safeParse(await context.recall());
  if (data === undefined || !basename(data.folder).startsWith(PREFIX)) return;
  await endMarked(`${MARK}=${data.mark}`);
  await rm(data.folder, { recursive: true, force: true, maxRetries: 5 });
}

type Clock = () => number;

/** Milliseconds since now, by a clock that is never set. */
function startClock(): Clock {
  const zero = performance.now();
  return () => performance.now() - zero;
}

async function copied(
  { top, commit }: Source,
  tree: string,
  timeoutMs: number,
  clock: Clock,
  context: StepContext,
): Promise<[number, number]> {
  const from = clock();
  const ways = ['--quiet', '--no-hardlinks', '--no-checkout', '--template='];
  await gitOnline(top, context, { timeoutMs }).text('clone', ...ways, '--', top, tree);
  const git = gitIn(tree, context);
  await git.text('checkout', '--quiet', '--detach', commit);
  // What runs in the copy must not write into what it was copied from.
  await git.text('remote', 'remove', 'origin');
  return [from, clock()];
}

/** What the steps run in. */
interface Bench {
  tree: string;
  env: Record<string, string>;
  clock: Clock;
  /** Ends what goes on in the background. */
  over: AbortSignal;
  /** Background steps, each with its end. */
  going: { name: string; end?: CommandResult | { error: unknown } }[];
  context: StepContext;
}

async function carriedOut(input: Input, bench: Bench): Promise<Pick<Course, 'begun' | 'steps' | 'ready'>> {
  const { clock, context } = bench;
  if ((await notReady(input, bench)) === undefined) {
    throw new StepError(
      'EXPECTATION_FAILED',
      'It is ready before its first step: something else runs there, so nothing was timed.',
      {
        hint: 'Stop it, or give the steps and `ready` a port of their own.',
      },
    );
  }
  const begun = clock();
  const steps: Course['steps'] = [];
  const left = (): number => Math.max(1, input.within - (clock() - begun));
  for (const [at, step] of input.steps.entries()) {
    context.progress({ done: at, total: input.steps.length, text: step.name });
    const from = clock();
    const run = startedStep(step, at, left(), bench);
    if (step.background) noteEnd(step.name, run, bench);
    else refuseEnd(step.name, await run);
    steps.push({ name: step.name, from, to: clock(), background: step.background });
  }
  for (;;) {
    const why = await notReady(input, bench);
    for (const one of bench.going) if (one.end) refuseGone(one.name, one.end);
    if (why === undefined) break;
    if (clock() - begun > input.within) {
      throw new StepError('TIMED_OUT', `It was not ready within ${formatDuration(input.within)}: ${why}.`);
    }
    await context.sleep(input.every);
  }
  const ready = clock();
  return { begun, ready, steps: steps.map((one) => (one.background ? { ...one, to: ready } : one)) };
}

function startedStep(
  { argv, cwd, background }: Input['steps'][number],
  at: number,
  timeoutMs: number,
  { tree, env, over, context }: Bench,
): Promise<CommandResult> {
  return context.run({
    argv,
    cwd: cwd === undefined ? tree : join(tree, cwd),
    env,
    timeoutMs,
    saveAs: `step-${at + 1}.log`,
    pin: false,
    ...(background ? { signal: over } : {}),
  });
}

/** Whatever becomes of it is looked at while all else goes on. */
function noteEnd(name: string, run: Promise<CommandResult>, { going }: Bench): void {
  const one: Bench['going'][number] = { name };
  going.push(one);
  run.then(
    (result) => {
      one.end = result;
    },
    (error: unknown) => {
      one.end = { error };
    },
  );
}

function refuseEnd(name: string, result: CommandResult, early = false): void {
  if (result.exitCode === 0 && !early) return;
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
  const { clause, said } = lastWords(result.stderr || result.stdout);
  throw new StepError('COMMAND_FAILED', `The step ${name} ${how}${early ? ' before all was ready' : ''}${clause}`, {
    said,
    facts: { exitCode: result.exitCode, signal: result.signal },
  });
}

function refuseGone(name: string, end: CommandResult | { error: unknown }): void {
  if ('error' in end) throw end.error;
  refuseEnd(name, end, true);
}

/** Why it is not ready; undefined where it is. */
async function notReady({ ready }: Input, { tree, env, context }: Bench): Promise<string | undefined> {
  try {
    if ('url' in ready) {
      const request = { url: ready.url, method: 'GET' as const, timeoutMs: PROBE_MS, maxBytes: 65_536 };
      const { status } = await context.http(request);
      return ready.status.includes(status) ? undefined : `it answers ${status}`;
    }
    const { exitCode } = await context.run({ argv: ready.argv, cwd: tree, env, timeoutMs: PROBE_MS, pin: false });
    return exitCode === 0 ? undefined : `${ready.argv[0] ?? ''} ended with ${exitCode ?? 'a signal'}`;
  } catch (error) {
    // A probe may be built only by the steps, and what does not listen yet refuses.
    const early = error instanceof StepError && ['CONNECTION_FAILED', 'TIMED_OUT', 'TOOL_MISSING'].includes(error.code);
    if (early) return error.message.replace(/\.$/, '');
    throw error;
  }
}
