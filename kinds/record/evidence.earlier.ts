import { dirname, join } from 'node:path';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { MOST, readAtMost } from '../../evidence/verify/read.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { COUNTED, EARLIER_FILES, earlierName, LOOKED, OWN_PLAN } from '../../model/evidence/earlier.js';
import { type Begun, isBegun } from '../../model/evidence/records.js';
import { jsonObjectIn } from '../../model/json.js';
import { counted } from '../../model/text/counted.js';
import { recomputeOutputs } from '../recompute.js';
import type { evidenceEarlier as kind } from './evidence.earlier.kind.js';
import { earlierOf } from './evidence.earlier.recompute.js';
import { takersIn } from './taken-back.js';

export const evidenceEarlier: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { evidenceDir } = context.task.goLive;
    if (input.changes.length === 0)
      return { outputs: { named: 0, counted: 0, phases: [], why: [] }, summary: 'no earlier go-live is named' };
    const { begun, text } = ownPlan(evidenceDir);
    const [key, kept] = [await context.evidenceKey(), new Map<string, Buffer>()];
    const found: (string | null)[] = [];
    const folder = dirname(evidenceDir);
    const takers = takersIn(folder);
    for (const [index, change] of input.changes.entries()) {
      context.progress({ done: index, total: input.changes.length, text: `verifying ${change}` });
      found.push(await keep(join(folder, change), index, key, kept));
    }
    const takenBack = input.changes.map((change) => takers.get(`${begun.plan.target.id}/${change}`) ?? null);
    for (const [name, bytes] of kept) await context.evidence.write(name, bytes);
    await context.evidence.write(OWN_PLAN, text);
    await context.evidence.write(LOOKED, `${JSON.stringify({ key, found, takenBack }, null, 2)}\n`);
    const judged = await earlierOf(input, { plan: begun.plan, key, found, takenBack }, (name) => kept.get(name));
    await context.evidence.write(COUNTED, judged.text);
    return { outputs: judged.outputs, summary: summaryOf(judged.outputs, context) };
  },
};

function ownPlan(evidenceDir: string): { begun: Begun; text: Buffer } {
  const path = join(evidenceDir, 'data', 'plan.json');
  const text = readAtMost(path, MOST.record);
  const begun: unknown = jsonObjectIn(text.toString('utf8'));
  if (!isBegun(begun))
    throw new StepError('NOT_FOUND', `${path} does not hold the plan of this go-live.`, {
      hint: 'What an earlier go-live is held against is not known; look who changed it.',
    });
  return { begun, text };
}

/** Verifies one whole bundle and takes what is kept of it. Gives what was found first, where something was. */
async function keep(root: string, index: number, key: string, kept: Map<string, Buffer>): Promise<string | null> {
  try {
    for (const path of EARLIER_FILES) kept.set(earlierName(index, path), readAtMost(join(root, path), MOST.record));
    const signers = signersOf(kept.get(earlierName(index, 'data/plan.json')));
    const { ok, findings } = await verifyBundle(root, { keys: [key], signers }, recomputeOutputs);
    const [first] = findings;
    return ok || !first ? null : `${first.item} ${first.message}.`;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

/** Whom the people who started it trusted to sign; the plan stands under the seal of this worker's key. */
function signersOf(plan: Buffer | undefined): { text: string } | undefined {
  const begun: unknown = jsonObjectIn(plan?.toString('utf8') ?? '');
  const text = isBegun(begun) ? begun.plan.signing?.signers : undefined;
  return text === undefined ? undefined : { text };
}

function summaryOf({ named, phases, why }: { named: number; phases: string[]; why: string[] }, _of: StepContext) {
  const first = why[0] === undefined ? '' : `; ${why[0]}`;
  return `${counted(phases.length, 'phase')} of ${counted(named, 'earlier go-live')} ${phases.length === 1 ? 'counts' : 'count'}${phases.length === 0 ? '' : `: ${phases.join(', ')}`}${first}`;
}
