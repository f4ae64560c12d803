/** As much of a phase as says what it waits for. */
export interface Needing<I extends string = string> {
  id: I;
  /** Absent: the phase before it. */
  needs?: readonly I[] | undefined;
}

/** Whether phases may run beside each other: where nobody says `needs`, they run one after another. */
export function runsBeside(phases: readonly Needing[]): boolean {
  return phases.some(({ needs }) => needs !== undefined);
}

/** The phases that one waits for: those that it names, else the one before it. */
export function needsOf<I extends string>(phases: readonly Needing<I>[], id: I): readonly I[] {
  const at = phases.findIndex((phase) => phase.id === id);
  const before = phases[at - 1];
  return phases[at]?.needs ?? (before ? [before.id] : []);
}

/** Every phase that one waits for, however far, in order: when it begins, they are over. */
export function restsOn<I extends string>(phases: readonly Needing<I>[], id: I): I[] {
  const found = new Set<I>();
  const look = (of: I): void => {
    for (const need of needsOf(phases, of)) {
      if (found.has(need)) continue;
      found.add(need);
      look(need);
    }
  };
  look(id);
  return phases.map((phase) => phase.id).filter((one) => found.has(one));
}

/** These phases and all that wait for one of them, however far, in order. */
export function withDependents<I extends string>(phases: readonly Needing<I>[], ids: readonly I[]): I[] {
  const found = new Set(ids);
  // A phase stands below all that it needs: one look from the top finds every one.
  for (const { id } of phases) if (needsOf(phases, id).some((need) => found.has(need))) found.add(id);
  return phases.map(({ id }) => id).filter((id) => found.has(id));
}

/** The phases that may run beside one: it does not wait for them, nor they for it. */
export function besideOf<I extends string>(phases: readonly Needing<I>[], id: I): I[] {
  const related = new Set([...restsOn(phases, id), ...withDependents(phases, [id])]);
  return phases.map((phase) => phase.id).filter((one) => !related.has(one));
}
