import type { LoggedEvent } from '../../model/evidence/logged-event.js';

/** What a person gave up is not tried again, by the log: `stop` to a question of a way back is about an undo of it. */
export function judgeGivenUp(events: readonly LoggedEvent[]): string[] {
  const faults: string[] = [];
  /** Undos that failed, newest last, of the way back under way; and what was given up. */
  let failed: string[] | undefined;
  const givenUp = new Set<string>();
  for (const event of events) {
    if (event.type === 'rollback.started') failed = [];
    else if (event.type === 'rollback.ended') failed = undefined;
    else if (event.type === 'undo.started') {
      const deed = String(event.undoes);
      if (givenUp.has(deed)) faults.push(`${deed} was given up, and is tried again`);
      failed?.push(deed);
    } else if (event.type === 'operator.chose' && failed && event.choice === 'stop' && event.by !== 'golive') {
      const [of = '', name = ''] = String(event.about).split('.');
      const deed = failed.find((one) => one.startsWith(`${of}.`) && one.endsWith(`/${name}`) && !givenUp.has(one));
      if (deed) givenUp.add(deed);
    }
  }
  return faults;
}
