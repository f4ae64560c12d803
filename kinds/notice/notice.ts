import { createHash } from 'node:crypto';
import type { SendNotice } from '../../model/state/contract.js';
import { notify } from './notify.kind.js';
import type { Capabilities } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { sendNotification } from './send.js';

/** Sends what a runbook's `notices` ask for. */
export async function sendRunbookNotice(notice: SendNotice, ways: Capabilities): Promise<void> {
  const { goLive, title, text, verdict } = notice;
  const mode = goLive.mode === 'live' ? 'LIVE' : 'REHEARSAL';
  const whole = `[${mode}] ${goLive.id}: ${title}${verdict ? ` (${verdict})` : ''}\n${text}`.slice(0, 4000);
  const parsed = notify.input.safeParse({ ...notice.with, text: whole });
  if (!parsed.success)
    throw new StepError('BAD_INPUT', `The notice cannot be sent: ${parsed.error.issues[0]?.message ?? ''}.`);
  const key = createHash('sha256').update(`${goLive.id}\n${whole}`).digest('hex').slice(0, 32);
  await sendNotification(parsed.data, { key, now: new Date() }, ways);
}
