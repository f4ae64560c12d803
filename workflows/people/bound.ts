import type { ApprovalState } from '../../model/people/approval.js';
import type { Receipt } from '../../model/people/message.js';
import { checkBound } from '../activities.js';
import { changed } from '../changes.js';
import type { Session } from '../session.js';
import { refuse } from './handlers.js';

/** Approvals that may be compared with their files at a time. */
const AT_ONCE = 20;
let underCheck = 0;

/** Whether an open question binds to files of the evidence: those of its phase, or those of the collected bundle. */
export function bindsToFiles({ plan, state }: Session, { id, files, status }: ApprovalState): boolean {
  if (status !== 'open') return false;
  const ofDecision = plan.decisions.some(({ approval }) => approval?.id === id);
  const binds = ofDecision ? state.bundle !== undefined : files?.some(({ path }) => path !== null) === true;
  return binds && changed('what-an-approval-binds-to-is-looked-at');
}

/**
 * What of the files that a question binds to is not as it was when it was asked, a sentence each.
 *
 * @throws when nobody can look
 */
export function alteredSince({ ref, plan, state }: Session, { id, files = [] }: ApprovalState): Promise<string[]> {
  const ofDecision = plan.decisions.some(({ approval }) => approval?.id === id);
  const { signoff } = plan.evidence;
  const bundle = ofDecision ? state.bundle?.digest : undefined;
  return checkBound({ goLive: ref, files, signoff, ...(bundle === undefined ? {} : { bundle }) });
}

/** Why an approval does not count by the files that it binds to, as they lie there at the moment at which it is given. */
export async function boundProblem(session: Session, approval: ApprovalState): Promise<Receipt | undefined> {
  const again = 'Nothing was changed. Send it again in a minute.';
  if (underCheck >= AT_ONCE || session.handsOn) return refuse('Too many approvals are being looked at now.', again);
  const { digest, nonce } = approval;
  underCheck += 1;
  try {
    const [altered, ...more] = await alteredSince(session, approval);
    if (altered !== undefined) {
      const also = more.length === 0 ? '' : ` The same holds for ${more.length} more.`;
      return refuse(
        `${altered}, and '${approval.id}' asks about it: it is not approved.${also}`,
        'See who changed it. Put it back as it was and approve again, or reject; else the question expires.',
      );
    }
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    return refuse(`The files that '${approval.id}' asks about could not be looked at: ${why}`, again);
  } finally {
    underCheck -= 1;
  }
  // It may have been asked anew meanwhile, about something else.
  return approval.digest === digest && approval.nonce === nonce
    ? undefined
    : refuse(`'${approval.id}' was asked anew meanwhile.`, 'See what it asks now, and answer that.');
}
