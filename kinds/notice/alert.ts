import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { alertFields } from './alert-fields.js';
import { removeUnfinished, sha256, writeDurably } from '../../evidence/durable.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { whileFileLocked } from '../shared/locked-file.js';
import { jsonIn } from '../shared/json.js';
import { readNeeded, statFile } from '../shared/replace.js';
import { realPlace } from '../shared/tree.js';
import { decoded } from '../shared/text.js';
import { sendNotification } from './send.js';

const OWN = 0o600;

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
      /** The step that was last counted: its further attempts are the same one. */
      by: z.string().optional(),
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
  const path = await realPlace(context.path(input.state));
  await mkdir(dirname(path), { recursive: true });
  return whileFileLocked(path, context, async () => {
    const all = await readIncidents(path);
    const known = all[input.incident];
    const now = context.now().toISOString();
    const save = (one: Incidents[string]): Promise<void> => {
      const text = `${JSON.stringify({ version: 1, incidents: { ...all, [input.incident]: one } }, null, 2)}\n`;
      return context.inHeldFolder(path, async (held) => {
        await removeUnfinished(held);
        await writeDurably(held, text, OWN);
      });
    };
    if (what === 'clear' && !known?.open && !known?.unsent)
      return { sent: false, open: false, seen: known?.seen ?? 0, since: '' };
    const next = { open: what === 'raise', ...countedOn(known, what, now, stepOf(context)) };
    const fresh = what === 'clear' || !known?.open || known.unsent === true;
    if (fresh) {
      await save({ ...next, unsent: true });
      const key = `${input.incident}/${next.since}/${what}`;
      await sendNotification({ ...input.send, text: input.text }, { key, now: context.now() }, context);
    }
    await save(next);
    return { sent: fresh, open: next.open, seen: next.seen, since: next.open ? next.since : '' };
  });
}

/** When the incident began and how often it was raised. One that is raised when it was over begins anew. */
function countedOn(
  known: Incidents[string] | undefined,
  what: 'raise' | 'clear',
  now: string,
  by: string,
): Pick<Incidents[string], 'since' | 'seen' | 'by'> {
  if (what === 'clear') return { since: known?.since ?? now, seen: known?.seen ?? 0, by };
  if (!known?.open) return { since: now, seen: 1, by };
  return { since: known.since, seen: known.by === by ? known.seen : known.seen + 1, by };
}

/** The same for all attempts at one step. */
function stepOf({ task: { goLive, phase, phaseAttempt, step, epoch } }: StepContext): string {
  return sha256(`${goLive.id}/${phase}.${phaseAttempt}/${step}/${epoch}`).slice(0, 16);
}

async function readIncidents(path: string): Promise<Incidents> {
  if (!(await statFile(path))) return {};
  const text = decoded(await readNeeded(path, 'The file of incidents'), 'utf-8') ?? '';
  const read = incidents.safeParse(jsonIn(text));
  if (read.success) return read.data.incidents;
  throw new StepError('EXPECTATION_FAILED', `${path} does not hold incidents as golive writes them.`, {
    hint: 'Move it away; a new one is made, and open incidents are told once more.',
  });
}
