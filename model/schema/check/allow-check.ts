import { lineToAdd, notAllowed, notAllowedText } from '../plan/not-allowed.js';
import { givenWithEnv } from '../plan/plan-env.js';
import { type Check, placedCalls } from './checks.js';

/** Steps that start or reach what the runbook's own lists leave out; what inputs name is looked at when a plan is made. */
export function checkAllow({ source, runbook, kinds }: Check): void {
  const { allow } = runbook;
  if (!allow) return;
  for (const { uses, given: own, path } of placedCalls(runbook)) {
    const given = givenWithEnv({ runbook, kinds, context: {} }, { uses, with: own });
    for (const missing of notAllowed(allow, kinds[uses], given, {})) {
      source.at([...path, 'uses'], `'${uses}' ${notAllowedText(missing)}`, lineToAdd(missing, allow));
    }
  }
}
