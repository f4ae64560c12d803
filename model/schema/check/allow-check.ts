import { lineToAdd, notAllowed } from '../plan/not-allowed.js';
import { type Check, placedCalls } from './checks.js';

/** Steps that start or reach what the runbook's own lists leave out; what inputs name is looked at when a plan is made. */
export function checkAllow({ source, runbook, kinds }: Check): void {
  const { allow } = runbook;
  if (!allow) return;
  for (const { uses, given, path } of placedCalls(runbook)) {
    for (const missing of notAllowed(allow, kinds[uses], given, {})) {
      const what = missing.list === 'commands' ? `starts ${missing.entry}` : `reaches ${missing.entry}`;
      source.at(
        [...path, 'uses'],
        `'${uses}' ${what}, which \`allow.${missing.list}\` does not list`,
        lineToAdd(missing, allow),
      );
    }
  }
}
