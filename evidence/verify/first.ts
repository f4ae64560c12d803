import { join } from 'node:path';
import { FIRST_FILES, FIRST_TAGS, inFirst } from '../../model/evidence/first.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { MANIFEST, parseManifest, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { isBegun, isGoLiveState } from '../../model/evidence/records.js';
import { undoneText } from '../../model/evidence/step-place.js';
import { canonicalJson, type Json } from '../../model/json.js';
import { type ApprovalPlan, type Plan, stepsOf } from '../../model/plan/plan.js';
import { asksOf } from '../../model/plan/plan-taking-back.js';
import type { StandingUndo, TakesBack } from '../../model/plan/taking-back.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../hash.js';
import { type Bag, emptyBag } from './bag.js';
import { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';
import { checkSeal } from './seal.js';
import { strictJson, strictText } from './strict.js';

/**
 * Checks which go-live was taken back: the seal of its bundle, of which this one has a copy, is good and by the trusted
 * key; its plan asked the same people; nothing was undone that it had not left standing.
 */
export async function checkFirst(
  bag: Bag,
  plan: Plan,
  events: readonly LoggedEvent[],
  trusted: readonly string[],
  findings: Findings,
): Promise<void> {
  const { takesBack } = plan;
  if (!takesBack) return;
  await findings.group('the go-live that is taken back', async () => {
    const policy = (item: string, what: string) => findings.add('policy', item, what);
    const doubts = takesBack.doubts ?? [];
    findings.leave(
      doubts.length,
      'files of the go-live that is taken back',
      'they were changed before it was; no undo reads them',
    );
    const copy = copyOf(bag, findings);
    if (copy.tags.get(TAG_MANIFEST) !== takesBack.bundle)
      policy(inFirst(TAG_MANIFEST), 'is not the one of the bundle that the plan names');
    const own = new Findings();
    const seal = await checkSeal(copy, trusted, own);
    for (const { class: kind, item, message } of own.list) findings.add(kind, `data/first/${item}`, message);
    if (seal?.goLive !== takesBack.goLive)
      policy(inFirst('seal.dsse.json'), 'is of another go-live than the plan names');
    const first = readFirst(bag, findings);
    if (!first) policy(inFirst('data/plan.json'), 'or state.json is not the one of its manifest');
    else {
      if (sha256(canonicalJson(first.plan)) !== seal?.plan)
        policy(inFirst('data/plan.json'), 'is not the plan of its seal');
      checkAgainst(plan, takesBack, first, events, policy);
    }
    return { count: FIRST_FILES.length, note: `${takesBack.goLive} ${takesBack.bundle.slice(0, 12)}` };
  });
}

/** The first one's bundle as far as its seal is judged: its tag files, as this bundle keeps them. */
function copyOf({ root, payload }: Bag, findings: Findings): Bag {
  const copy = emptyBag(root);
  for (const path of FIRST_TAGS) {
    const kept = inFirst(path);
    const hash = payload.get(kept);
    if (hash === undefined) continue;
    copy.tags.set(path, hash);
    const bytes = path === MANIFEST ? undefined : findings.reading(kept, () => readAtMost(join(root, kept), MOST.tag));
    if (bytes) copy.small.set(path, bytes);
  }
  return copy;
}

interface First {
  plan: Plan;
  state: Pick<GoLiveState, 'undos'>;
}

/** Plan and state of the first, where its manifest lists them as they are. */
function readFirst({ root, payload }: Bag, findings: Findings): First | undefined {
  const textOf = (path: (typeof FIRST_FILES)[number]): string | undefined => {
    const kept = inFirst(path);
    if (!payload.has(kept)) return undefined;
    const bytes = findings.reading(kept, () => readAtMost(join(root, kept), MOST.record));
    return bytes && strictText(bytes);
  };
  const manifest = parseManifest(textOf(MANIFEST) ?? '');
  if ('badLine' in manifest) return undefined;
  const read = (path: 'data/plan.json' | 'data/state.json'): Json | undefined => {
    const listed = manifest.entries.find((entry) => entry.path === path);
    if (!listed || listed.sha256 !== payload.get(inFirst(path))) return undefined;
    const text = textOf(path);
    return text?.endsWith('\n') ? strictJson(text.slice(0, -1), 2) : undefined;
  };
  const [begun, state]: unknown[] = [read('data/plan.json'), read('data/state.json')];
  return isBegun(begun) && isGoLiveState(state) ? { plan: begun.plan, state } : undefined;
}

const whoMust = (rule: ApprovalPlan | undefined): string =>
  rule ? canonicalJson({ needs: rule.needs, distinct: rule.distinct, starterMay: rule.starterMay }) : '';

/** Whether an undo can be of what an earlier rollback of the first held itself, and did not release. */
function isHeldBy({ rollbacks }: Plan, { phase, step, always, evidenceDir, bundle }: StandingUndo): boolean {
  const way = Object.values(rollbacks).find(({ id }) => phase === `rollback-${id}`);
  const holds = stepsOf(way?.steps ?? []).some(({ id, undoOn }) => id === step && undoOn === 'always');
  return always && holds && evidenceDir !== undefined && bundle !== undefined;
}

function checkAgainst(
  plan: Plan,
  takesBack: TakesBack,
  first: First,
  events: readonly LoggedEvent[],
  policy: (item: string, what: string) => void,
): void {
  const asked = first.plan.decisions.find(({ approval }) => approval)?.approval;
  const asks = plan.phases[0]?.approvals.find(({ auto }) => auto === undefined);
  if (plan.mode !== first.plan.mode || whoMust(asks) !== whoMust(asked))
    policy('data/plan.json', 'does not ask those who had to approve what is taken back');
  if (takesBack.asks !== undefined && canonicalJson(takesBack.asks) !== canonicalJson(asksOf(first.plan)))
    policy('data/plan.json', 'asks others about its undos than the operators of their phases');
  const stood = new Set((first.state.undos ?? []).map((undo) => undoneText(undo)));
  for (const undo of takesBack.undos)
    if (!stood.has(undoneText(undo)) && !isHeldBy(first.plan, undo))
      policy('data/plan.json', `takes back ${undoneText(undo)}, which did not stand`);
  const known = new Set(takesBack.undos.map((undo) => undoneText(undo)));
  // In logs of 0.1.0, an undo of a list is logged as a step. What is none may be undone from then on: it was done here.
  for (const { undoes, seq, phase = '', phaseAttempt = 0, step = '' } of eventsOf(
    events,
    'undo.started',
    'step.started',
  ))
    if (undoes === undefined) known.add(undoneText({ phase, phaseAttempt, step }));
    else if (!known.has(undoes)) policy(`event ${seq}`, `undoes ${undoes}, which the plan does not name`);
  const { rollback } = takesBack;
  if (
    rollback !== undefined &&
    canonicalJson(plan.rollbacks[rollback]) !== canonicalJson(first.plan.rollbacks[rollback])
  )
    policy('data/plan.json', `has another ${rollback} than the plan of what is taken back`);
  if (plan.phases.length !== 1 || stepsOf(plan.phases[0]?.steps ?? []).length > 0)
    policy('data/plan.json', 'does more than take back');
}
