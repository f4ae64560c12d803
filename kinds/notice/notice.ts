import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { SendNotice } from '../../model/state/contract.js';
import { notify } from './notify.kind.js';
import { StepError } from '../../activities/step/step-error.js';
import { sendNotification } from './send.js';

/** Sends what a runbook's `notices` ask for. */
export async function sendRunbookNotice(notice: SendNotice, env: NodeJS.ProcessEnv): Promise<void> {
  const { goLive, title, text, verdict } = notice;
  const mode = goLive.mode === 'live' ? 'LIVE' : 'REHEARSAL';
  const whole = `[${mode}] ${goLive.id}: ${title}${verdict ? ` (${verdict})` : ''}\n${text}`.slice(0, 4000);
  const parsed = notify.input.safeParse({ ...notice.with, text: whole });
  if (!parsed.success)
    throw new StepError('BAD_INPUT', `The notice cannot be sent: ${parsed.error.issues[0]?.message ?? ''}.`);
  await sendNotification(parsed.data, {
    env,
    path: (relative) => resolve(goLive.baseDir, relative),
    signal: new AbortController().signal,
    key: createHash('sha256').update(`${goLive.id}\n${whole}`).digest('hex').slice(0, 32),
    now: new Date(),
  });
}
