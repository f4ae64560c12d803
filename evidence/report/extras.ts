import type { ShownByKind } from '../../model/evidence/shown.js';
import { type GuardPlan, type Plan, stepsOf } from '../../model/plan/plan.js';
import type { EvidenceStore } from '../store.js';
import { type JsonObject, jsonObjectIn } from '../../model/json.js';

const LARGEST_BYTES = 16 * 1024 * 1024;

/** What the report takes from elsewhere than the state: from files of the bundle, and from the kinds. */
export interface Extras {
  /** The sections that kinds add. */
  shows: ShownByKind;
  /** Content of the files in `data/` that those sections show, by name. */
  files: Readonly<Record<string, string>>;
  guards: { phase: string; step: string; guard: GuardPlan }[];
  inputs: JsonObject;
  runbookKept: boolean;
}

export const NO_EXTRAS: Extras = { shows: {}, files: {}, guards: [], inputs: {}, runbookKept: false };

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
    inputs: plan?.inputs ?? {},
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
