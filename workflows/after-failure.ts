import { phaseVerdict } from '../model/judge/gate.js';
import type { Choice, ChooseMessage } from '../model/people/message.js';
import { addressText, type PhaseId } from '../model/plan/address.js';
import type { PhasePlan } from '../model/plan/plan.js';
import { goesOnAt } from '../model/state/standing.js';
import type { PhaseState } from '../model/state/state.js';
import { againWith, phaseTakenAgain } from '../model/state/due.js';
import { phaseDueAgain, phasePassedOver, phaseWaits } from '../model/state/transitions.js';
import { endedSentence } from './sentence.js';
import { mayGoOn } from '../model/verdict.js';
import { stopBeside } from './beside.js';
import { changed } from './changes.js';
import { askOperator } from './people/ask.js';
import type { Desk } from './people/desk.js';
import { underWaivers } from './people/waivers.js';
import { fail, passWaived } from './phase-record.js';
import type { Cause } from './inputs.js';
import { namedRollback, resumeRollback, undoAll } from './rollback.js';
import type { Session } from './session.js';

/** Where the go-live goes from a phase. `waived`: it passes after all, as if its gates had held. */
export type Next = 'next' | 'stop' | { to: PhaseId };

/** A phase under way, and who can be asked about it. */
export interface Work {
  session: Session;
  desk: Desk;
  plan: PhasePlan;
  state: PhaseState;
}

/** What follows a failed phase: its rollback, then another attempt, another phase, or the end; or a person says. */
export async function afterFailure(work: Work): Promise<Next | 'waived'> {
  if (asksAtLast(work) && changed('a-failure-asks-before-its-rollback')) {
    await tell(work);
    return askAboutPhase(work);
  }
  await over(work);
  await tell(work);
  await rollBack(work, { of: 'failure' });
  return behindFailure(work);
}

/** Whether a person is asked about its failure before anything follows from it. */
export const asksAtLast = ({ plan, state }: Work): boolean =>
  plan.onFail.then === 'ask' && state.attempt >= plan.onFail.attempts;

function behindFailure(work: Work): Next | Promise<Next | 'waived'> {
  const { session, plan, state } = work;
  const { attempts, then } = plan.onFail;
  if (stuck(session)) return 'stop';
  if (state.attempt < attempts) return again(work, typeof then === 'object' ? then.return : plan.id);
  if (then === 'continue') return goOnBehind(work);
  return asksAtLast(work) ? askAboutPhase(work) : 'stop';
}

/** A way back of the phase that the execution before handed on with a question: it is taken to its end, then what follows. */
export async function afterRollback(work: Work, cause: Cause): Promise<Next | 'waived'> {
  await resumeRollback(work.session);
  if (cause.of === 'failure') return behindFailure(work);
  if (cause.of === 'given-up') return behindGivenUp(work, cause.answer);
  return cause.of === 'chosen' ? end(work) : 'stop';
}

/** Ends a failed phase where the go-live ends without it: its rollback runs, and nothing follows. */
export async function failAtTheEnd(work: Work): Promise<void> {
  await over(work);
  await tell(work);
  await rollBack(work, { of: 'failure' });
}

/** Tells a failure by a person's word, before what follows it. */
export async function noticeFailure(work: Work): Promise<void> {
  if (work.session.aborted || !changed('whatever-fails-a-phase-is-told')) return;
  await work.session.flush();
  await tell(work);
}

/** Who wants to hear of failures hears of this one. */
async function tell({ session, plan, state }: Work): Promise<void> {
  const tripped = state.steps.some((record) => record.failure?.code === 'GUARD_TRIPPED');
  await session.notify(
    tripped ? 'guard' : 'no-go',
    `${plan.title}: ${tripped ? 'a guard tripped' : 'NO-GO'}`,
    state.sentence ?? '',
  );
}

const stuck = ({ state, aborted }: Session): boolean => state.rollbackIncomplete || aborted;

async function over({ session, state }: Work): Promise<void> {
  fail(session, state);
  await session.flush();
}

/** The phase's own rollback: it runs on every failure. */
async function rollBack({ session, plan, state }: Work, cause: Cause): Promise<void> {
  const { rollback } = plan.onFail;
  if (rollback) await namedRollback(session, rollback, plan.id, `${plan.title}: ${state.sentence ?? 'failed'}`, cause);
}

/** Ends a failed phase that a person was asked about. An abort has a way back of its own. */
async function giveUp(work: Work, answer: ChooseMessage): Promise<void> {
  // Histories of 0.1.0 ended it before they asked.
  if (work.state.endedAt !== undefined) return;
  await over(work);
  if (!work.session.aborted) await rollBack(work, { of: 'given-up', answer });
}

function behindGivenUp(work: Work, answer: ChooseMessage): Next | Promise<Next> {
  return stuck(work.session) ? 'stop' : WAYS[answer.choice](work, answer);
}

/** Takes phases again: from the earliest that does not stand any more, since what follows would stand on nothing. */
function again(work: Work, target: PhaseId): Next | Promise<Next> {
  const { session, plan } = work;
  const { phases } = session.state;
  if (plan.needs) return againBeside(work, againWith(phases, [target, plan.id]));
  const earliest = goesOnAt(phases, target);
  const to = earliest !== target && changed('going-on-begins-at-what-was-taken-back') ? earliest : target;
  // Who begins again there runs all that follows, also what was given up on the way before.
  for (const phase of phases.slice(phases.findIndex(({ id }) => id === to))) phaseDueAgain(phase);
  return { to };
}

/** Takes these again as soon as what each needs lets it; what runs of them would stand on nothing, and is stopped first. */
async function againBeside({ session, plan }: Work, phases: readonly PhaseState[]): Promise<Next> {
  const ids = phases.map(({ id }) => id);
  await stopBeside(session, `Stopped, to be taken again with what it waits for: ${plan.title} failed.`, ids);
  for (const phase of phases) {
    phaseDueAgain(phase);
    phaseTakenAgain(phase);
  }
  return 'next';
}

/** Goes on behind a phase that stays failed; what its rollback took back before it runs again first. */
function goOnBehind(work: Work): Next | Promise<Next> {
  const { session, plan, state } = work;
  phasePassedOver(state);
  if (plan.needs) {
    session.note('phase.passed-over', { phase: plan.id, attempt: state.attempt });
    const phases = againWith(session.state.phases, []);
    return againBeside(
      work,
      phases.filter(({ passedOver }) => !passedOver),
    );
  }
  const earliest = goesOnAt(session.state.phases, plan.id);
  return earliest !== plan.id && changed('going-on-begins-at-what-was-taken-back') ? { to: earliest } : 'next';
}

/** Asks an operator about a phase that failed for good, unless waivers let it pass meanwhile. */
export async function askAboutPhase(work: Work): Promise<Next | 'waived'> {
  const { session, desk, plan, state } = work;
  const { rollback } = plan.onFail;
  const waived = () => mayGoOn(phaseVerdict(underWaivers(session, state.id, state.gates)));
  const later = rollback && state.endedAt === undefined ? ` Rollback ${rollback} runs unless it is waived.` : '';
  if (state.endedAt === undefined) phaseWaits(state);
  const answer = await askOperator(session, desk, {
    about: addressText({ phase: plan.id }),
    text: `${plan.title}: ${endedSentence(state.sentence ?? 'failed')} What now? (A waiver of its failed gates would let it pass.)${later}`,
    choices: ['retry-phase', 'continue', 'rollback', 'stop'],
    ...plan.onFail.ask,
    settled: () => state.gates.length > 0 && waived(),
    ...(changed('goes-on-while-asked-about-a-phase') ? { asking: { stage: 'phase' } } : {}),
  });
  if (answer === 'settled') {
    passWaived(session, state);
    return state.endedAt === undefined ? 'waived' : 'next';
  }
  // Another rollback is chosen in place of the phase's own.
  if (answer.choice !== 'rollback') await giveUp(work, answer);
  return behindGivenUp(work, answer);
}

type Way = (work: Work, answer: ChooseMessage) => Next | Promise<Next>;

/** Where each choice leads from a phase that is given up. What is about a step alone ends the go-live here. */
const WAYS = {
  'retry-phase': (work) => again(work, work.plan.id),
  continue: goOnBehind,
  rollback: async (work, { rollback: named }) => {
    const { session, plan, state } = work;
    const because = `An operator chose to roll back after ${plan.title}.`;
    if (state.endedAt === undefined && changed('a-phase-given-up-at-a-step-is-rolled-back')) fail(session, state);
    if (named) await namedRollback(session, named, plan.id, because, { of: 'chosen' });
    else await undoAll(session, because, { of: 'chosen' });
    return end(work);
  },
  stop: end,
  done: end,
  retry: end,
  skip: end,
} satisfies Record<Choice, Way>;

function end({ session, state }: Work): 'stop' {
  if (!state.endedAt) fail(session, state);
  return 'stop';
}

/** Does what an operator who was asked about a step chose for its phase. To take the phase again is to give it up first. */
export async function leaveAtStep(work: Work, answer: ChooseMessage): Promise<Next> {
  await noticeFailure(work);
  if (answer.choice === 'retry-phase' && changed('a-phase-given-up-at-a-step-is-rolled-back')) {
    await giveUp(work, answer);
    return behindGivenUp(work, answer);
  }
  return WAYS[answer.choice](work, answer);
}
