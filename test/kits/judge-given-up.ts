import type { LoggedEvent } from '../../model/evidence/logged-event.js';

/** What a person gave up is not tried again, by the log: `stop` to a question of a way back is about an undo of it. */
export function judgeGivenUp(events: readonly LoggedEvent[]): string[] {
  const faults: string[] = [];
  /** Undos of the way back under way, in order, and those of them that were answered, by whomever; and what was given up. */
  let failed: string[] | undefined;
  let answered = new Set<string>();
  const givenUp = new Set<string>();
  for (const event of events) {
    if (event.type === 'rollback.started') {
      failed = [];
      answered = new Set();
    }
    if (event.type === 'rollback.ended') failed = undefined;
    else if (event.type === 'undo.started') {
      const deed = String(event.undoes);
      if (givenUp.has(deed)) faults.push(`${deed} was given up, and is tried again`);
      failed?.push(deed);
    } else if (event.type === 'operator.chose' && failed && event.choice === 'stop') {
      const [of = '', name = ''] = String(event.about).split('.');
      const deed = failed.find((one) => one.startsWith(`${of}.`) && one.endsWith(`/${name}`) && !answered.has(one));
      if (deed) answered.add(deed);
      // Nobody's answer gives nothing up: it is tried once more at the end.
      if (deed && event.by !== 'golive') givenUp.add(deed);
    }
  }
  return faults;
}
