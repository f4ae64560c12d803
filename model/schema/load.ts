import type { z } from 'zod';
import { reportIssues, valueAt } from './yaml/issues.js';
import { runbookSchema } from './format/runbook.js';
import type { Runbook } from './format/runbook.js';
import { specOf } from './format/scope.js';
import type { Kinds } from './format/scope.js';
import { neverFits } from './plan/planner.js';
import { checkSemantics } from './check/semantics.js';
import { Source } from './yaml/source.js';
import type { Problem } from './yaml/source.js';

const MAX_STEPS = 2000;

export type Loaded = { runbook: Runbook; problems?: undefined } | { problems: Problem[]; runbook?: undefined };

/**
 * Reads a runbook and finds everything that is wrong with it at once.
 *
 * @param text YAML
 * @param file name that the problems carry
 * @param kinds step kinds that `uses` may name
 */
export function loadRunbook(text: string, file: string, kinds: Kinds): Loaded {
  const source = new Source(text, file);
  if (!source.readable) return { problems: sorted(source) };
  const raw = source.value;
  const steps = countSteps(raw);
  if (steps > MAX_STEPS) {
    source.at(
      ['phases'],
      `the runbook has ${steps} steps, at most ${MAX_STEPS} are possible`,
      'Split it into several.',
    );
    return { problems: sorted(source) };
  }
  const parsed = runbookSchema.safeParse(raw);
  if (parsed.error) reportIssues(source, [], parsed.error.issues, raw, specOf(runbookSchema, 'input'));
  const runbook = parsed.data ?? withoutFaulty(raw, parsed.error?.issues ?? []);
  if (runbook) checkSemantics({ source, runbook, kinds });
  // What its inputs and files add is judged at the start.
  const excess = source.problems.length === 0 && parsed.data && neverFits(parsed.data, kinds);
  if (excess) source.at(['phases'], excess.message, excess.hint);
  if (source.problems.length > 0 || !parsed.data) return { problems: sorted(source) };
  return { runbook: parsed.data };
}

/** Steps of a file that is not yet known to be a runbook: too many are refused before they are looked at one by one. */
function countSteps(raw: unknown): number {
  const { phases, rollbacks } = (raw ?? {}) as { phases?: unknown; rollbacks?: unknown };
  const lists = [...Object.values(phases ?? {}), ...Object.values(rollbacks ?? {})].map(
    (one) => (one as { steps?: unknown } | null)?.steps,
  );
  const nodes = lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return nodes.reduce<number>((sum, node) => {
    const parallel = (node as { parallel?: unknown } | null)?.parallel;
    return sum + (Array.isArray(parallel) ? parallel.length : 1);
  }, 0);
}

function sorted(source: Source): Problem[] {
  return source.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The runbook without what the schema refuses, so that one bad key does not hide what else is wrong. */
function withoutFaulty(raw: unknown, issues: readonly z.core.$ZodIssue[]): Runbook | undefined {
  if (raw === null || typeof raw !== 'object') return undefined;
  const copy = structuredCopy(raw);
  for (const issue of issues) drop(copy, issue, []);
  return runbookSchema.safeParse(copy).data;
}

function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function drop(copy: unknown, issue: z.core.$ZodIssue, base: readonly PropertyKey[]): void {
  const path = [...base, ...issue.path] as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    const holder = valueAt(copy, path) as Record<string, unknown> | undefined;
    for (const key of issue.keys) if (holder) delete holder[key];
    return;
  }
  if (issue.code === 'invalid_union') {
    // Only the step or gate form can be mended by leaving keys out; the form with the fewest strange keys is meant.
    const strange = (option: readonly z.core.$ZodIssue[]) =>
      option.reduce((sum, one) => sum + (one.code === 'unrecognized_keys' ? one.keys.length : 1), 0);
    const [option] = issue.errors.toSorted((a, b) => strange(a) - strange(b));
    for (const one of option ?? []) drop(copy, one, path);
    return;
  }
  const key = path.at(-1);
  const holder = valueAt(copy, path.slice(0, -1)) as Record<string, unknown> | undefined;
  if (typeof key === 'string' && holder !== null && typeof holder === 'object') delete holder[key];
}
