import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Json, JsonObject } from '../../model/json.js';
import { type GuardPlan, type Plan, stepsOf } from '../../model/plan/plan.js';
import { readIfThere } from '../folder-store.js';

/** How many failed cases the report shows; the file has them all. */
const SHOWN_CASES = 30;
const LARGEST_BYTES = 16 * 1024 * 1024;

/** What the report takes from files of the bundle beside the state. */
export interface Extras {
  failedCases?: { header: string[]; rows: string[][]; total: number };
  rateLimits?: JsonObject;
  guards: { phase: string; step: string; guard: GuardPlan }[];
  inputs: JsonObject;
  runbookKept: boolean;
}

export const NO_EXTRAS: Extras = { guards: [], inputs: {}, runbookKept: false };

/** Reads them; what is not there or cannot be understood is left out. @throws EvidenceError when the disk refuses */
export async function readExtras(data: string): Promise<Extras> {
  const [csv, limits, planText, runbook] = await Promise.all(
    ['failed_cases.csv', 'rate_limit_stats.json', 'plan.json', 'runbook.yaml'].map((name) =>
      readIfThere(join(data, name)),
    ),
  );
  const failedCases = csv && csv.length <= LARGEST_BYTES ? casesOf(csv.toString('utf8')) : undefined;
  const rateLimits = limits ? objectOf(limits.toString('utf8')) : undefined;
  const plan = planText
    ? (objectOf(planText.toString('utf8'))?.plan as unknown as Partial<Plan> | undefined)
    : undefined;
  return {
    ...(failedCases ? { failedCases } : {}),
    ...(rateLimits ? { rateLimits } : {}),
    guards: guardsOf(plan),
    inputs: (plan?.inputs ?? {}) as JsonObject,
    runbookKept: runbook !== undefined,
  };
}

function casesOf(text: string): Extras['failedCases'] {
  try {
    const [header, ...rows] = parse(text, { relax_column_count: true, skip_empty_lines: true }) as string[][];
    return header ? { header, rows: rows.slice(0, SHOWN_CASES), total: rows.length } : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function guardsOf(plan: Partial<Plan> | undefined): Extras['guards'] {
  return (plan?.phases ?? []).flatMap((phase) =>
    stepsOf(phase.steps ?? []).flatMap((step) =>
      (step.guards ?? []).map((guard) => ({ phase: phase.id, step: step.id, guard })),
    ),
  );
}
