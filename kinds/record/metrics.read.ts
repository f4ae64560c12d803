import type { metricsRead as kind } from './metrics.read.kind.js';
import { figuresOf, formatOf, MetricsError } from './metrics.read.recompute.js';
import { countText } from '../../model/judge/count-text.js';
import { readNeeded } from '../shared/replace.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const metricsRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const path = context.path(input.file);
    const bytes = await readNeeded(path, 'The file of metrics');
    const format = input.format ?? asStep(() => formatOf(path));
    const { values, rows } = asStep(() => figuresOf(bytes.toString('utf8'), format, path, input.values));
    await context.evidence.write(`source.${format}`, bytes);
    const missing = Object.keys(input.values).filter((name) => !Object.hasOwn(values, name));
    const found = Object.entries(values).map(
      ([name, value]) => `${name} ${typeof value === 'number' ? countText(value) : String(value)}`,
    );
    return {
      outputs: { values, rows },
      summary: `${found.join(', ') || 'nothing found'} (${rows} rows${missing.length > 0 ? `; not there: ${missing.join(', ')}` : ''})`,
    };
  },
};

/** What the figures cannot be read from is the step's failure. */
function asStep<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MetricsError) throw new StepError(error.code, error.message, { cause: error.cause });
    throw error;
  }
}
