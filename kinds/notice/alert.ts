import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { alertFields } from './alert-fields.js';
import { removeUnfinished, writeDurably } from '../../evidence/durable.js';
import { acquireLock } from '../../host/file-lock.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { sendNotification } from './send.js';

const LOCK_MS = 30_000;

const incidents = z.strictObject({
  version: z.literal(1),
  incidents: z.record(
    z.string(),
    z.strictObject({
      open: z.boolean(),
      since: z.string(),
      seen: z.int(),
      /** Set before its notice goes out, taken away when it has: a worker that died between the two sends it again. */
      unsent: z.boolean().optional(),
    }),
  ),
});
type Incidents = z.infer<typeof incidents>['incidents'];

export interface AlertOutcome {
  sent: boolean;
  open: boolean;
  seen: number;
  since: string;
}

/**
 * Opens or closes an incident and sends its one notice. What is known of incidents is durable before a notice goes out,
 * so that a worker that dies meanwhile sends it once more at most, with the same idempotency key.
 *
 * @throws StepError when the notice was not taken: the incident stands, and its notice is sent with the next call
 */
export async function alert(
  what: 'raise' | 'clear',
  input: z.infer<typeof alertFields>,
  context: StepContext,
): Promise<AlertOutcome> {
  const path = context.path(input.state);
  await mkdir(dirname(path), { recursive: true });
  const release = await acquireLock(`${path}.lock`, { timeoutMs: LOCK_MS, signal: context.signal });
  try {
    await removeUnfinished(path);
    const all = await readIncidents(path);
    const known = all[input.incident];
    const now = context.now().toISOString();
    const save = (one: Incidents[string]): Promise<void> => {
      all[input.incident] = one;
      return writeDurably(path, `${JSON.stringify({ version: 1, incidents: all }, null, 2)}\n`, 0o600);
    };
    if (what === 'clear' && !known?.open && !known?.unsent)
      return { sent: false, open: false, seen: known?.seen ?? 0, since: '' };
    const fresh = what === 'raise' ? !known?.open || known.unsent === true : true;
    const since = known?.open || known?.unsent ? known.since : now;
    const seen = what === 'raise' ? (known?.open ? known.seen + 1 : 1) : (known?.seen ?? 0);
    const next = { open: what === 'raise', since, seen };
    if (fresh) {
      await save({ ...next, unsent: true });
      const key = `${input.incident}/${since}/${what}`;
      await sendNotification({ ...input.send, text: input.text }, { key, now: context.now() }, context);
    }
    await save(next);
    return { sent: fresh, open: next.open, seen, since: next.open ? since : '' };
  } finally {
    await release();
  }
}

async function readIncidents(path: string): Promise<Incidents> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StepError('NOT_FOUND', `The incidents in ${path} cannot be read (${error.code}).`);
  });
  if (text === undefined) return {};
  try {
    return incidents.parse(JSON.parse(text)).incidents;
  } catch {
    throw new StepError('EXPECTATION_FAILED', `${path} does not hold incidents as golive writes them.`, {
      hint: 'Move it away; a new one is made, and open incidents are told once more.',
    });
  }
}
