import type { Choice, ChooseMessage } from '../model/people/message.js';
import { addressText } from '../model/plan/address.js';
import { type PhasePlan, stepsOf } from '../model/plan/plan.js';
import type { PhaseResult, StepRecord } from '../model/state/state.js';
import { sameEntry } from '../model/state/take-back.js';
import { phaseWaits, stepAgain, stepLeftOut, stepSeenDone } from '../model/state/transitions.js';
import { leaveAtStep, type Next, type Work } from './after-failure.js';
import { endedSentence } from './sentence.js';
import { askOperator } from './people/ask.js';

/** What became of a step that asked: the phase goes on with these records, or the go-live goes elsewhere. */
export type Settled = { resume: StepRecord[] } | { next: Next };

const inDoubt = (record: StepRecord): boolean =>
  record.status === 'failed' && record.failure?.code === 'OUTCOME_UNKNOWN';

/** A step stopped the phase and asks: skip it, take it again, or give the phase up. */
export async function settleStep(work: Work, result: PhaseResult): Promise<Settled> {
  const { session, desk, plan, state } = work;
  const failed = result.steps.find(inDoubt) ?? result.steps.find((record) => record.status === 'failed');
  // A deed that may have happened can be what somebody looked at and saw done.
  const unknown = failed?.failure?.code === 'OUTCOME_UNKNOWN';
  phaseWaits(state);
  const answer = await askOperator(session, desk, {
    about: addressText({ phase: plan.id, part: failed?.id }),
    text: `${endedSentence(result.sentence)} ${unknown ? 'Is it done? Look at the target before you answer.' : 'What now?'}`,
    choices: choicesFor(plan, failed),
    ...plan.onFail.ask,
    settled: () => false,
    asking: { stage: 'step', result },
  });
  if (answer === 'settled' || !failed) return { next: 'stop' };
  return ANSWERS[answer.choice](work, answer, failed, result);
}

function choicesFor(plan: PhasePlan, failed: StepRecord | undefined): Choice[] {
  const step = stepsOf(plan.steps).find((candidate) => candidate.id === failed?.id);
  return [
    ...(failed?.failure?.code === 'OUTCOME_UNKNOWN' ? (['done'] as const) : []),
    'retry',
    'retry-phase',
    ...(step?.maySkip ? (['skip'] as const) : []),
    'rollback',
    'stop',
  ];
}

type Answer = (
  work: Work,
  answer: ChooseMessage,
  failed: StepRecord,
  result: PhaseResult,
) => Settled | Promise<Settled>;

/** What each choice does about a step that asks. */
const ANSWERS = {
  retry: (_work, _answer, failed, { steps }) => ({ resume: steps.map(onlyIf(failed, stepAgain)) }),
  done: seenDone,
  skip: (_work, answer, failed, { steps }) => ({
    resume: steps.map(onlyIf(failed, (record) => stepLeftOut(record, wordsOf(answer)))),
  }),
  'retry-phase': leaveStep,
  continue: leaveStep,
  rollback: leaveStep,
  stop: leaveStep,
} satisfies Record<Choice, Answer>;

const wordsOf = ({ by, role, reason = '' }: ChooseMessage): string => `${by} (${role}): ${reason}`;

/** Changes the record of one step; the others stay as they are. */
function onlyIf(step: StepRecord, change: (record: StepRecord) => StepRecord): (record: StepRecord) => StepRecord {
  return (record) => (record.id === step.id ? change(record) : record);
}

function seenDone(
  { session, plan, state }: Work,
  answer: ChooseMessage,
  failed: StepRecord,
  { steps }: PhaseResult,
): Settled {
  const { id: step, epoch, uses: kind } = failed;
  const { by, role, reason } = answer;
  const said = { by, role, reason, summary: `A person looked and saw it done. ${wordsOf(answer)}` };
  session.note('step.settled', { phase: plan.id, phaseAttempt: state.attempt, step, epoch, kind, ...said });
  const ofStep = { phase: plan.id, phaseAttempt: state.attempt, step, epoch };
  session.keepUndos(
    session.undos.map((entry) => (sameEntry(entry, ofStep) ? { ...entry, deedDone: true as const } : entry)),
  );
  return { resume: steps.map(onlyIf(failed, (record) => stepSeenDone(record, said.summary))) };
}

async function leaveStep(work: Work, answer: ChooseMessage): Promise<Settled> {
  return { next: await leaveAtStep(work, answer) };
}

/** Of several steps that failed side by side, the sentence of one that may not be taken again without being asked for. */
export function unsettled(plan: PhasePlan, records: readonly StepRecord[]): string | undefined {
  const stops = (id: string) => stepsOf(plan.steps).some((step) => step.id === id && step.onFail === 'stop');
  const left = records.find(inDoubt) ?? records.find(({ status, id }) => status === 'failed' && stops(id));
  return left && `${left.title}: ${left.failure?.message ?? 'failed'}`;
}
