import { judgeWaiver } from '../../model/judge/waiver.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { roleProblem } from '../../model/people/approval.js';
import { judgeOmission } from '../../model/people/omission.js';
import type { PhaseState } from '../../model/state/state.js';
import { givenBy } from './decisions.js';
import type { Findings } from './finding.js';
import type { Record } from './record.js';

/** Judges again what people let pass and left out: by whom, in which role, until when, and whether it was heard of. */
export async function checkRights(
  { plan, state }: Record,
  events: readonly LoggedEvent[],
  findings: Findings,
): Promise<void> {
  const omitted = state.phases.filter((phase) => phase.omitted);
  await findings.group('waivers and omissions, judged again', () => {
    for (const waiver of state.waivers) {
      const { gate, role, by, reason, until, at } = waiver;
      const receipt = judgeWaiver({ gate, role, by, reason, until }, plan, Date.parse(at));
      if (!receipt.accepted) findings.add('policy', gate, `is waived, and may not be so: ${receipt.reason}`);
      const heard = givenBy(waiver, events).filter(({ said }) => said?.role === role);
      if (heard.length === 0) findings.add('policy', gate, `the event log knows nothing of the waiver of ${by}`);
      else if (!heard.some(({ time = at }) => sameTime(time, at)))
        findings.add('policy', gate, `was waived by ${by} at another time, says the event log`);
    }
    for (const phase of state.phases) checkOmitted(phase, { plan, events, findings });
    return { count: state.waivers.length + omitted.length };
  });
  await findings.group('ticks and choices, judged again', () => {
    const ticks = state.checklist.filter(({ at }) => at !== undefined);
    const items = plan.phases.flatMap(({ checklist }) => checklist);
    for (const { item, by = '', role } of ticks) {
      const problem = roleProblem(plan, by, role);
      if (problem?.accepted === false) findings.add('policy', item, `is ticked, and may not be so: ${problem.reason}`);
      if (items.find(({ id }) => id === item)?.role !== role)
        findings.add('policy', item, `is ticked as ${role}, and is for another role`);
      const heard = eventsOf(events, 'message.tick').some(({ said }) => said?.item === item && said.by === by);
      if (!heard) findings.add('policy', item, `the event log knows nothing of the tick by ${by}`);
    }
    // What golive itself chose, when nobody answered, needs no role.
    const choices = state.operator.filter(({ by }) => by !== 'golive');
    for (const { about, by, role, choice } of choices) {
      const problem = roleProblem(plan, by, role);
      if (problem?.accepted === false)
        findings.add('policy', about, `'${choice}' was chosen, and may not be so: ${problem.reason}`);
    }
    return { count: ticks.length + choices.length };
  });
  const byHand = eventsOf(events, 'step.settled', 'undo.settled').length;
  findings.leave(byHand, byHand === 1 ? 'deed' : 'deeds', 'done by hand, as a person says');
}

/** A message is noted as it is taken. */
const sameTime = (a: string, b: string): boolean => Math.abs(Date.parse(a) - Date.parse(b)) <= 1000;

function checkOmitted(
  { id, status, omitted }: PhaseState,
  { plan, events, findings }: Pick<Record, 'plan'> & { events: readonly LoggedEvent[]; findings: Findings },
): void {
  const planned = plan.phases.find((phase) => phase.id === id);
  if (!omitted) {
    if (status === 'skipped' && planned?.when === undefined)
      findings.add('policy', id, 'is skipped, and neither the runbook nor a person left it out');
    return;
  }
  const { by, role, reason } = omitted;
  const receipt = judgeOmission({ phase: id, by, role, reason }, plan, 0);
  if (!receipt.accepted) findings.add('policy', id, `is omitted, and may not be so: ${receipt.reason}`);
  const begun = eventsOf(events, 'phase.started').some(({ phase }) => phase === id);
  if (begun) findings.add('policy', id, 'is omitted, and had begun');
  const heard = eventsOf(events, 'message.omit').some(({ said }) => said?.phase === id && said.by === by);
  if (!heard) findings.add('policy', id, `the event log knows nothing of the omission by ${by}`);
}
