import { withDependents } from '../../model/plan/needs.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';
import type { Act, Deed, Happening } from './fake-world.js';
import { groupOf, isUndo, nameOf } from './way-back.js';

/**
 * Judges where a go-live failed whose step `broken` (`phase.step`) fails whenever it is taken: there and nowhere
 * else, as often as the phase may be tried, with nothing after it in the phase.
 *
 * @returns what is wrong, a sentence each; empty when all is well
 */
export function judgeBreak(plan: Plan, record: readonly Happening[], broken: string): string[] {
  const faults: string[] = [];
  const failures: Deed[] = [];
  const acts = record.filter((one): one is Act => one.what !== 'told' && !isUndo(one));
  const phase = plan.phases.find(({ id, steps }) => stepsOf(steps).some((step) => `${id}.${step.id}` === broken));
  for (const { what, deed } of acts) {
    const stopped = failures.find((one) => one.phase === deed.phase && one.attempt === deed.attempt);
    const beside = groupOf(phase?.steps ?? [], stopped?.step ?? '').some(({ id }) => id === deed.step);
    if (what === 'began' && stopped && !beside)
      faults.push(`${nameOf(deed)} begins after ${nameOf(stopped)} has failed`);
    if (what !== 'failed') continue;
    if (`${deed.phase}.${deed.step}` === broken) failures.push(deed);
    else faults.push(`${nameOf(deed)} fails, and is not what was broken`);
  }
  if (!phase) return [...faults, `there is no step ${broken}`];
  const step = stepsOf(phase.steps).find(({ id }) => `${phase.id}.${id}` === broken);
  const times = step?.onFail === 'ask' ? 1 : phase.onFail.attempts;
  if (failures.length !== times) faults.push(`${broken} fails ${failures.length} times instead of ${times}`);
  if (phase.onFail.then === 'continue' && step?.onFail === 'stop') return faults;
  // What runs beside it may have begun; what waits for it may not.
  const later: string[] = withDependents(plan.phases, [phase.id]).filter((id) => id !== phase.id);
  const gone = acts.find(({ what, deed }) => what === 'began' && later.includes(deed.phase));
  if (gone) faults.push(`${nameOf(gone.deed)} begins, though ${broken} stopped the go-live`);
  return faults;
}
