import { isDeepStrictEqual } from 'node:util';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { templateParts } from '../../model/expression/expression.js';
import { isUnreported } from '../../model/failure.js';
import { addressText, asId } from '../../model/plan/address.js';
import { stepsOf } from '../../model/plan/plan.js';
import { approvalsOf } from '../../model/state/initial-state.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Findings } from './finding.js';
import type { Record } from './record.js';

/**
 * Names, titles and words that pages show of phases, steps, decisions and people: those of the plan, and of the log as far
 * as it has them. Nothing is decided by them, and a page that shows others says what did not happen.
 */
export async function checkTold(record: Record, events: readonly LoggedEvent[], findings: Findings): Promise<void> {
  await findings.group('names and words against plan and log', () => {
    const { plan, state } = record;
    const same = (item: string, what: string, is: unknown, wanted: unknown): void => {
      if (!isDeepStrictEqual(is, wanted)) findings.add('policy', item, `has another ${what} than the plan`);
    };
    same('data/state.json', 'title of the runbook', state.runbook.title, plan.runbook.title);
    same('data/state.json', 'runbook', state.runbook.id, plan.runbook.id);
    same('data/state.json', 'list of roles', state.roles, plan.roles);
    same('data/state.json', 'playbook', state.playbook, plan.playbook);
    same('data/state.json', 'list of phases', idsOf(state.phases), idsOf(plan.phases));
    same('data/state.json', 'list of decisions', idsOf(state.decisions), idsOf(plan.decisions));
    const rules = approvalsOf(plan);
    same('data/state.json', 'list of approvals', idsOf(state.approvals), idsOf(rules));
    for (const phase of plan.phases) {
      const told = state.phases.find(({ id }) => id === phase.id);
      if (!told) continue;
      for (const name of ['title', 'owner', 'plannedMs'] as const) same(phase.id, name, told[name], phase[name]);
      const steps = new Map(stepsOf(phase.steps).map(({ id, title }) => [id, title]));
      for (const { id, title } of [told, ...told.history].flatMap((one) => one.steps))
        same(addressText({ phase: phase.id, part: id }), 'title', title, steps.get(id));
    }
    for (const { id, title } of plan.decisions)
      same(id, 'title', state.decisions.find((one) => one.id === id)?.title, title);
    for (const { id, question } of rules) {
      // One that names what was measured is filled in when it is asked; before, nobody could read it whole.
      const isFilled = templateParts(question).some((part) => 'expression' in part);
      const asked = eventsOf(events, 'approval.asked').findLast(({ approval }) => approval === id)?.question;
      const told = state.approvals.find((one) => one.id === id)?.question;
      if (!isFilled || asked !== undefined) same(id, 'question', told, isFilled ? asked : question);
    }
    checkWords(record, events, findings);
    return { count: plan.phases.length + plan.decisions.length + rules.length };
  });
}

/** Sentences and failures that pages show, and the votes of people, as the log heard them. */
function checkWords({ state }: Record, events: readonly LoggedEvent[], findings: Findings): void {
  for (const { id, sentence, verdict } of state.decisions) {
    const taken = eventsOf(events, 'decision').findLast((one) => one.decision === id);
    if (taken && verdict !== undefined && taken.sentence !== sentence)
      findings.add('policy', id, 'has another sentence than the log');
  }
  for (const { id, attempt, steps, history } of state.phases) {
    for (const one of [{ attempt, steps }, ...history]) {
      for (const { id: step, epoch, failure } of one.steps) {
        if (!failure || isUnreported(failure)) continue;
        const isOfIt = (event: { phase?: string; phaseAttempt?: number; step?: string; epoch?: number }): boolean =>
          event.phase === id && event.phaseAttempt === one.attempt && event.step === step && event.epoch === epoch;
        const failed = eventsOf(events, 'step.failed').filter(isOfIt);
        const done = eventsOf(events, 'step.done').findLast(isOfIt);
        // What gave more than a phase may hold was done before it failed.
        const last = failed.at(-1);
        if (!last || (done && done.seq > last.seq)) continue;
        if (!failed.some(({ message }) => message === failure.message))
          findings.add('policy', addressText({ phase: id, part: asId(step) }), 'failed for another reason by the log');
      }
    }
  }
  const verdict = eventsOf(events, 'verdict').at(-1);
  if (verdict !== undefined && verdict.sentence !== state.sentence)
    findings.add('policy', 'verdict', 'has another sentence than the log');
  checkBegun(state, events, findings);
  for (const { id, votes } of state.approvals) {
    for (const { vote, by, role } of votes) {
      const heard = eventsOf(events, `message.${vote}`).some(
        ({ said }) => said?.approval === id && said.by === by && said.role === role,
      );
      if (!heard) findings.add('policy', id, `shows a vote of ${by} as ${role} that the log knows nothing of`);
    }
  }
}

/** A phase that was begun is not one that was left out: that would make one that failed ready. */
function checkBegun({ phases }: GoLiveState, events: readonly LoggedEvent[], findings: Findings): void {
  for (const { id, status, dueAgain } of phases) {
    const last = eventsOf(events, 'phase.started', 'phase.skipped', 'phase.omitted').findLast(
      (one) => one.phase === id,
    );
    const isLeftOut = status === 'skipped' || status === 'pending';
    if (isLeftOut && last?.type === 'phase.started' && !dueAgain)
      findings.add('policy', id, `is ${status} by the state, and the log says that it was begun`);
  }
}

const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);
