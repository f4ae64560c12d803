import { readHeaders } from '../service/exchange.js';
import type { Judging } from './chaos-figures.js';
import type { Sample } from './course.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** What one look gave; whether that is steady is judged on what is kept. */
export type Seen = Pick<Sample, 'code' | 'found' | 'why'>;

const MOST_BYTES = 1024 * 1024;
const WHY = 200;

/** How the target is looked at. @throws StepError where a header cannot be read */
export async function observerOf({ steady }: Judging, context: StepContext): Promise<() => Promise<Seen>> {
  const { url, argv, bodyContains, within } = steady;
  if (argv) return () => runLook(argv, within, context);
  const headers = await readHeaders(steady.headers, context);
  return async () => {
    try {
      const { status, body } = await context.http({
        url: url ?? '',
        method: 'GET',
        headers,
        timeoutMs: within,
        maxBytes: MOST_BYTES,
      });
      return { code: status, ...(bodyContains === undefined ? {} : { found: body.includes(bodyContains) }) };
    } catch (error) {
      return unseen(error, 'CONNECTION_FAILED', context);
    }
  };
}

async function runLook(argv: string[], within: number, context: StepContext): Promise<Seen> {
  try {
    const { exitCode } = await context.run({ argv, timeoutMs: within, cwd: context.task.goLive.baseDir });
    return { code: exitCode };
  } catch (error) {
    return unseen(error, 'TIMED_OUT', context);
  }
}

/** Nothing came of it; any other failure is not the target's. */
function unseen(error: unknown, code: StepError['code'], { redact }: StepContext): Seen {
  if (!(error instanceof StepError) || error.code !== code) throw error;
  return { code: null, why: redact(error.message).slice(0, WHY) };
}
