import type { ShownByKind } from '../../model/evidence/shown.js';
import { type EvidencePlan, type GuardPlan, type PhasePlan, type Plan, stepsOf } from '../../model/plan/plan.js';
import type { WrittenInputs } from '../../model/plan/input-text.js';
import type { EvidenceStore } from '../store.js';
import { jsonObjectIn } from '../../model/json.js';

const LARGEST_BYTES = 16 * 1024 * 1024;

/** A phase as it was planned: what it would have done and judged. */
export interface PlannedPhase {
  id: string;
  steps: { id: string; title: string; needed: boolean }[];
  gates: { id: string; title: string }[];
}

/** What the report takes from elsewhere than the state: from files of the bundle, and from the kinds. */
export interface Extras {
  /** The sections that kinds add. */
  shows: ShownByKind;
  /** Content of the files in `data/` that those sections show, by name. */
  files: Readonly<Record<string, string>>;
  guards: { phase: string; step: string; guard: GuardPlan }[];
  planned: PlannedPhase[];
  /** What is shown as it was before and after. */
  states: NonNullable<EvidencePlan['states']>;
  boxes: NonNullable<EvidencePlan['boxes']>;
  certificate?: EvidencePlan['certificate'];
  /** Files that the runbook has collected. */
  include: EvidencePlan['include'];
  inputs: WrittenInputs;
  /** Windows that write a file for each sample, by what their files are called. */
  sampled: { phase: string; step: string; file: string }[];
  runbookKept: boolean;
}

export const NO_EXTRAS: Extras = {
  shows: {},
  files: {},
  guards: [],
  planned: [],
  states: [],
  boxes: [],
  include: [],
  inputs: { inputs: {} },
  sampled: [],
  runbookKept: false,
};

/**
 * Reads them; what is not there or cannot be understood is left out.
 *
 * @throws EvidenceError when the disk refuses
 */
export async function readExtras(store: EvidenceStore, shows: ShownByKind): Promise<Extras> {
  const read = (name: string) => store.read(`data/${name}`);
  const [planText, runbook] = await Promise.all([read('plan.json'), read('runbook.yaml')]);
  const plan = jsonObjectIn(planText?.toString('utf8') ?? '')?.plan as unknown as Partial<Plan> | undefined;
  return {
    shows,
    files: await readShown(shows, read),
    guards: guardsOf(plan),
    planned: (plan?.phases ?? []).map(plannedPhase),
    states: plan?.evidence?.states ?? [],
    boxes: plan?.evidence?.boxes ?? [],
    include: plan?.evidence?.include ?? [],
    ...(plan?.evidence?.certificate ? { certificate: plan.evidence.certificate } : {}),
    inputs: { inputs: plan?.inputs ?? {}, ...(plan?.durations ? { durations: plan.durations } : {}) },
    sampled: sampledOf(plan),
    runbookKept: runbook !== undefined,
  };
}

async function readShown(
  shows: ShownByKind,
  read: (name: string) => Promise<Buffer | undefined>,
): Promise<Extras['files']> {
  const all = Object.values(shows).flat();
  const names = new Set(all.flatMap((shown) => (shown.as === 'matrix' ? [] : (shown.file ?? []))));
  const contents = await Promise.all([...names].map(async (name) => [name, await read(name)] as const));
  return Object.fromEntries(
    contents.flatMap(([name, bytes]) =>
      bytes && bytes.length <= LARGEST_BYTES ? [[name, bytes.toString('utf8')]] : [],
    ),
  );
}

function guardsOf(plan: Partial<Plan> | undefined): Extras['guards'] {
  return (plan?.phases ?? []).flatMap((phase) =>
    stepsOf(phase.steps ?? []).flatMap((step) =>
      (step.guards ?? []).map((guard) => ({ phase: phase.id, step: step.id, guard })),
    ),
  );
}

function sampledOf(plan: Partial<Plan> | undefined): Extras['sampled'] {
  return (plan?.phases ?? []).flatMap((phase) =>
    stepsOf(phase.steps ?? []).flatMap(({ id, window }) =>
      window?.file === undefined ? [] : [{ phase: phase.id, step: id, file: window.file }],
    ),
  );
}

function plannedPhase({ id, steps, gates }: PhasePlan): PlannedPhase {
  return {
    id,
    steps: stepsOf(steps ?? []).map(({ id: step, title, onFail }) => ({
      id: step,
      title,
      needed: onFail !== 'continue',
    })),
    gates: (gates ?? []).map(({ id: gate, title }) => ({ id: gate, title })),
  };
}
