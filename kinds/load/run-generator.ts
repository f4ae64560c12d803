import { asStep } from '../shared/as-step.js';
import { builtProgram } from '../shared/built-program.js';
import type { Arrivals } from './arrivals.js';
import { missing } from './browser-program.js';
import type { LiveFigures } from './live-figures.js';
import { type LoadOrder, NOT_RUN } from './order.js';
import { sampleReader } from './samples.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** Besides arrivals and the last answers: for the generator, and a browser, to start. */
const START_MS = 60_000;

/**
 * Runs golive's own generator in its own process.
 *
 * @param env more of its environment
 * @throws StepError where not every task was put on
 */
export async function runGenerator(
  order: LoadOrder,
  arrivals: Arrivals,
  live: LiveFigures,
  context: StepContext,
  env: Record<string, string> = {},
): Promise<void> {
  const reader = sampleReader((sample) => live.take(sample));
  live.look();
  const result = await context
    .run({
      argv: [process.execPath, builtProgram('kinds/load/generate.js')],
      own: true,
      pin: false,
      env: { NODE_NO_WARNINGS: '1', ...env },
      input: JSON.stringify(order),
      timeoutMs: arrivals.lengthMs + 2 * order.timeoutMs + START_MS,
      saveAs: 'samples.csv',
      onStdout: (bytes) => {
        reader.push(bytes);
        live.look();
      },
      signal: live.signal,
    })
    .catch((error: unknown) => live.settle(error));
  live.settle();
  if (result?.exitCode === NOT_RUN) throw missing(result.stderr.trim().slice(-500));
  if (result?.exitCode !== 0) {
    throw new StepError('COMMAND_FAILED', `The load generator ended with ${endOf(result)}.`, {
      said: result?.stderr,
      facts: live.facts(),
      evidence: context.evidence.refs(),
    });
  }
  asStep(reader.end);
}

function endOf(result: { exitCode: number | null; signal: string | null } | void): string {
  return result ? `code ${result.exitCode ?? result.signal}` : 'nothing said';
}
