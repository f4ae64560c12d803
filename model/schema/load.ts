import { reportIssues } from './yaml/issues.js';
import { mend, reportMended } from './yaml/mend.js';
import { runbookSchema } from './format/runbook.js';
import type { Runbook } from './format/runbook.js';
import { specOf } from './format/scope.js';
import type { Kinds } from './format/scope.js';
import { neverFits } from './plan/planner.js';
import { checkSemantics } from './check/semantics.js';
import { Source } from './yaml/source.js';
import type { Problem } from './yaml/source.js';

const MAX_STEPS = 2000;

export type Loaded =
  | { runbook: Runbook; problems?: undefined; partial?: undefined }
  | {
      problems: Problem[];
      /** Not all could be looked at: when these are mended, more may show. */
      partial: boolean;
      runbook?: undefined;
    };

/**
 * Reads a runbook and finds everything that is wrong with it at once.
 *
 * @param text YAML
 * @param file name that the problems carry
 * @param kinds step kinds that `uses` may name
 */
export function loadRunbook(text: string, file: string, kinds: Kinds): Loaded {
  const source = new Source(text, file);
  if (!source.readable) return refused(source);
  const raw = source.value;
  const steps = countSteps(raw);
  if (steps > MAX_STEPS) {
    source.at(
      ['phases'],
      `the runbook has ${steps} steps, at most ${MAX_STEPS} are possible`,
      'Split it into several.',
    );
    return refused(source, true);
  }
  const spec = specOf(runbookSchema, 'input');
  const parsed = runbookSchema.safeParse(raw);
  if (parsed.error) reportIssues(source, [], parsed.error.issues, raw, spec);
  const mended = parsed.data ? undefined : mend(runbookSchema, spec, raw);
  if (mended) reportMended(source, mended, spec);
  const runbook = parsed.data ?? mended?.data;
  if (runbook) checkSemantics({ source, runbook, kinds });
  // What its inputs and files add is judged at the start.
  const excess = source.problems.length === 0 && parsed.data && neverFits(parsed.data, kinds);
  if (excess) source.at(['phases'], excess.message, excess.hint);
  if (source.problems.length > 0 || !parsed.data) return refused(source, runbook === undefined);
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

function refused(source: Source, partial = source.partial): Loaded {
  const problems = source.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { problems, partial: partial || source.partial };
}
