import { builtProgram } from '../shared/built-program.js';
import { jsonReader } from '../shared/jsonl.js';
import type { Note } from './experiment.js';
import { heldLine, type HoldOrder } from './order.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** Besides the time that the fault stays in: for the holder to start, to put it in, and to take it out. */
const BESIDES_MS = 90_000;

/**
 * Lets a holder put a fault in and take it out again, and notes what it says.
 *
 * @throws StepError COMMAND_FAILED where the fault was not in for as long as it was to be, or may not be out
 */
export async function runHolder(
  order: HoldOrder,
  note: Note,
  signal: AbortSignal,
  context: StepContext,
): Promise<void> {
  let failed: string | undefined;
  const heard = new Set<string>();
  const reader = jsonReader((value) => {
    const { data } = heldLine.safeParse(value);
    if (!data) return { problem: 'is no line of a holder' };
    if ('failed' in data) failed = data.failed;
    else {
      heard.add(data.mark);
      note(data.mark, data.facts, data.ms);
    }
    return undefined;
  });
  const {
    exitCode,
    signal: ended,
    stderr,
  } = await context.run({
    argv: [process.execPath, builtProgram('kinds/chaos/hold.js')],
    own: true,
    pin: false,
    env: { NODE_NO_WARNINGS: '1' },
    input: JSON.stringify(order),
    timeoutMs: order.lastsMs + BESIDES_MS,
    onStdout: reader.push,
    signal,
  });
  reader.end();
  if (exitCode === 0 && heard.has('injected') && heard.has('lifted')) return;
  const why = failed ?? `its holder ended with ${exitCode === null ? ended : `code ${exitCode}`}`;
  throw new StepError('COMMAND_FAILED', `The fault (${order.fault}) was not held as it was to be: ${why}.`, {
    said: stderr,
    hint: 'A fault that was not in shows nothing: see why, then retry the step.',
  });
}
