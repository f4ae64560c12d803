import { sha256 } from '../../evidence/durable.js';
import type { SendNotice } from '../../model/state/contract.js';
import { notify } from './notify.kind.js';
import type { Capabilities } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { cutText } from './letter-text.js';
import { sendNotification } from './send.js';

/**
 * Sends what a runbook's `notices` ask for.
 *
 * @param id of this notice: the same for every try of it, and no other's
 */
export async function sendRunbookNotice(notice: SendNotice, id: string, ways: Capabilities): Promise<void> {
  const { goLive, title, text, verdict } = notice;
  const mode = goLive.mode === 'live' ? 'LIVE' : 'REHEARSAL';
  const whole = cutText(`[${mode}] ${goLive.id}: ${title}${verdict ? ` (${verdict})` : ''}\n${text}`, 4000);
  const parsed = notify.input.safeParse({ ...notice.with, text: whole });
  if (!parsed.success)
    throw new StepError('BAD_INPUT', `The notice cannot be sent: ${parsed.error.issues[0]?.message ?? ''}.`);
  const key = sha256(`${goLive.id}\n${id}`).slice(0, 32);
  await sendNotification(parsed.data, { key, now: new Date() }, ways);
}
