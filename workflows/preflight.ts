import { ApplicationFailure } from '@temporalio/workflow';
import type { Preflight } from '../model/preflight/finding.js';
import { preflightSentence, refusing } from '../model/preflight/finding.js';
import { NOT_STARTED } from '../model/state/contract.js';
import { lookAround } from './activities.js';
import type { GoLiveStart } from './inputs.js';
import { refOf } from './session.js';

/** What `golive preflight` asks for: the looks of a live start alone, and nothing after them. */
export async function preflight({ plan, startedBy }: Pick<GoLiveStart, 'plan' | 'startedBy'>): Promise<Preflight> {
  return lookAround({ goLive: refOf(plan), plan, startedBy });
}

/**
 * Refuses a go-live that lacks something, before it has done anything.
 *
 * @throws ApplicationFailure that names what is missing
 */
export async function refuseLacking(start: GoLiveStart): Promise<void> {
  const { findings } = await preflight(start);
  const refused = refusing(start.plan.mode, findings);
  if (refused.length === 0) return;
  const message = `${NOT_STARTED}: ${preflightSentence(refused)} \`golive preflight\` shows all.`;
  throw ApplicationFailure.nonRetryable(message, 'BAD_INPUT');
}
