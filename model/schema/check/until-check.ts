import { parseDuration } from '../../duration.js';
import type { RunbookStep } from '../format/runbook.js';
import type { Path, Source } from '../yaml/source.js';

/** Checks that a step that looks again has the time for it. @param path of the step */
export function checkUntilTime(source: Source, path: Path, { until, timeout }: RunbookStep): void {
  if (!until || timeout === undefined) return;
  const most = parseDuration(timeout);
  const within = parseDuration(until.within);
  // One that an input gives is not known yet.
  if (most === undefined || within === undefined || within <= most) return;
  source.at(
    [...path, 'until', 'within'],
    `the step would look for ${until.within}, and its \`timeout\` is ${timeout}`,
    'Leave `timeout` out or make it as long; for one look, kinds that connect have a `timeout` in `with`.',
  );
}
