import type { metricsRead as kind } from './metrics.read.kind.js';
import { figuresOf, MASKED, outputsOf } from './metrics.read.recompute.js';
import { formatOf } from './formats.js';
import { countText } from '../../model/judge/count-text.js';
import { asStep } from '../shared/as-step.js';
import { readWhole } from '../shared/read-file.js';
import { accountText, refuseUnreadable } from '../shared/reading.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const metricsRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const path = context.path(input.file);
    // The figures are of what an auditor has: the record without them.
    const { bytes, credentials } = await context.bytesWithoutCredentials(await readWhole(path, 'The file of metrics'));
    const format = input.format ?? asStep(() => formatOf(path));
    const figures = asStep(() => figuresOf(bytes, format, path, input));
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
    return {
      outputs,
      summary: `${found.join(', ') || 'nothing found'} (${figures.rows} rows${gone.length > 0 ? `; not there: ${gone.join(', ')}` : ''}${accountText(figures.account)})`,
    };
  },
};
