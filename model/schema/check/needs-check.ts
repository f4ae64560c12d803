import { contextKey } from '../../expression/expression.js';
import { restsOn, runsBeside } from '../../plan/needs.js';
import type { Path } from '../yaml/source.js';
import { didYouMean } from '../suggest.js';
import { type Check, unique } from './checks.js';

/** Checks what phases wait for: each names phases that stand above it, so that none can wait for itself. */
export function checkNeeds({ source, runbook }: Check): void {
  const ids = runbook.phases.map(({ id }) => id);
  runbook.phases.forEach(({ id, needs = [] }, index) => {
    const paths = needs.map((need, at) => ({ id: need, path: ['phases', index, 'needs', at] satisfies Path }));
    unique(source, paths, 'phase in `needs`:');
    for (const { id: need, path } of paths) {
      const at = ids.indexOf(need);
      if (at >= 0 && at < index) continue;
      const known = ids.slice(0, index);
      if (need === id) source.at(path, `phase '${id}' cannot wait for itself`, 'Leave it out.');
      else if (at < 0) source.at(path, `there is no phase '${need}'`, didYouMean(need, known, 'phases above it'));
      else source.at(path, `phase '${need}' stands below '${id}'`, `Move '${id}' below it.`);
    }
  });
}

/** Why expressions of a phase cannot read others, by their keys: those that may not be over when it begins. */
export function notSurelyOver({ runbook: { phases } }: Pick<Check, 'runbook'>, id: string): Record<string, string> {
  if (!runsBeside(phases)) return {};
  const over = restsOn(phases, id);
  const others = phases.map((phase) => phase.id).filter((one) => one !== id && !over.includes(one));
  return Object.fromEntries(
    others.map((one) => [
      contextKey(one),
      `Phase '${one}' may not be over when '${id}' begins: add it to the needs of '${id}', below it in the file.`,
    ]),
  );
}

/** A phase may be taken again from itself or from one that it waits for: any other would say nothing of it. */
export function checkReturnsToNeed({ source, runbook: { phases } }: Check): void {
  if (!runsBeside(phases)) return;
  phases.forEach(({ id, onFail }, index) => {
    const then = onFail?.then;
    if (typeof then !== 'object' || then.return === id) return;
    const over = restsOn(phases, id);
    // One that is not there, or comes later, is reported where returns are.
    if (over.includes(then.return) || phases.findIndex((phase) => phase.id === then.return) >= index) return;
    if (!phases.some((phase) => phase.id === then.return)) return;
    source.at(
      ['phases', index, 'onFail', 'then', 'return'],
      `phase '${id}' does not wait for '${then.return}'`,
      didYouMean(then.return, [...over, id], 'phases that it waits for'),
    );
  });
}
