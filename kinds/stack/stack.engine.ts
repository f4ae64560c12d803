import type { z } from 'zod';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { commandEnv } from '../shared/command-env.js';
import { lastWords } from '../../activities/step/last-words.js';
import { openStack } from './driver.js';
import type { stackEngine as kind } from './stack.engine.kind.js';

const LOOK_MS = 1000;
const START_MS = 60_000;

type Input = z.infer<(typeof kind)['input']>;

export const stackEngine: HandlerOf<typeof kind> = {
  async do(input, context) {
    try {
      return await answering(input, context);
    } catch (error) {
      if (input.judge || !(error instanceof StepError) || !NO_ENGINE.includes(error.code)) throw error;
      // Only an engine can fail to answer: processes need none.
      const outputs = { driver: 'compose' as const, answers: false, started: false };
      await keep(outputs, input, context);
      return { outputs, summary: error.message };
    }
  },
};

const NO_ENGINE: readonly string[] = ['TOOL_MISSING', 'STACK_FAILED'];

async function answering(input: Input, context: StepContext) {
  const silent = await silence(input, context);
  if (silent && input.start.length === 0) throw silent;
  if (silent) await start(input, context);
  const { name, said } = await openStack(input, context);
  const what = name === 'compose' ? 'The container engine answers' : 'The stack runs as processes of this machine';
  const outputs = { driver: name, answers: true, started: silent !== undefined };
  await keep(outputs, input, context);
  return { outputs, summary: `${what} (${name}${said})${silent ? '; it was started just now' : ''}` };
}

async function keep(outputs: object, { driver }: Input, context: StepContext): Promise<void> {
  await context.evidence.write('engine.json', `${JSON.stringify({ ...outputs, wanted: driver })}\n`);
}

/** Why no engine answers; nothing where one does, or none is needed. */
async function silence(input: Input, context: StepContext): Promise<StepError | undefined> {
  try {
    await openStack(input, context);
    return undefined;
  } catch (error) {
    if (error instanceof StepError && error.code === 'TOOL_MISSING') return error;
    throw error;
  }
}

async function start({ start: argv, within, env: given, ...input }: Input, context: StepContext): Promise<void> {
  const cwd = context.task.goLive.baseDir;
  const env = { ...context.env('containers'), ...(await commandEnv(given, context)) };
  const result = await context.run({ argv, cwd, env, timeoutMs: START_MS });
  if (result.exitCode !== 0) {
    const { clause, said } = lastWords(result.stderr || result.stdout);
    const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
    throw new StepError('STACK_FAILED', `The engine was not started: ${argv[0]} ${how}${clause || '.'}`, { said });
  }
  const until = performance.now() + within;
  for (;;) {
    const silent = await silence({ ...input, start: argv, within, env: given }, context);
    if (!silent) return;
    if (performance.now() > until) {
      throw new StepError('STACK_FAILED', `${argv[0]} ended well, but ${silent.message}`, {
        hint: silent.options.hint,
      });
    }
    context.progress({ text: 'waits for the engine' });
    await context.sleep(LOOK_MS);
  }
}
