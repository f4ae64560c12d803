import { counted } from '../../model/text/counted.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { figuresOf, MASKED, outputsOf } from './metrics.read.recompute.js';
import { formatOf } from './formats.js';
import { countText } from '../../model/judge/count-text.js';
import { asStep } from '../shared/as-step.js';
import { LARGEST_WHOLE, readWhole } from '../shared/read-file.js';
import { accountText, refuseUnreadable } from '../shared/reading.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** Most of a JSON that is read, in bytes: as an object it is in memory as a whole. */
const LARGEST_JSON = 32 * 1024 * 1024;

export const metricsRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const path = context.path(input.file);
    const format = input.format ?? asStep(() => formatOf(path));
    const whole = await readWhole(path, 'The file of metrics', format === 'json' ? LARGEST_JSON : LARGEST_WHOLE);
    // The figures are of what an auditor has: the record without them.
    const { bytes, credentials } = await context.bytesWithoutCredentials(whole);
    const figures = await figuresOf(bytes, { format, path, alive: aliveBy(context.signal) }, input).catch(stepFailure);
    await context.evidence.write(`source.${format}`, bytes);
    if (credentials > 0) await context.evidence.write(MASKED, `${JSON.stringify({ credentials })}\n`);
    const outputs = outputsOf(figures, credentials);
    const evidence = context.evidence.refs();
    asStep(
      () => refuseUnreadable(figures.account, input.unreadable, `rows of ${input.file}`),
      () => ({ evidence }),
    );
    const found = Object.entries(outputs.values).map(
      ([name, value]) => `${name} ${typeof value === 'number' ? countText(value) : String(value)}`,
    );
    const gone = [...figures.missing].map(([name, why]) => `${name} (${why})`);
    const less = Object.entries(figures.without).map(([name, rows]) => `; ${name} without ${rows} that have none`);
    return {
      outputs,
      summary: `${found.join(', ') || 'nothing found'} (${counted(figures.rows, 'row')}${gone.length > 0 ? `; not there: ${gone.join(', ')}` : ''}${less.join('')}${accountText(figures.account)})`,
    };
  },
};

function stepFailure(error: unknown): never {
  return asStep(() => {
    throw error;
  });
}

function aliveBy(signal: AbortSignal): () => void {
  return () => {
    if (signal.aborted) throw new StepError('CANCELLED', 'The reading was stopped.');
  };
}
