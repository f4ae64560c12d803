import type { ChooseMessage } from '../model/people/message.js';
import { addressText } from '../model/plan/address.js';
import type { Answerer } from '../model/plan/taking-back.js';
import type { PhaseResult, StepRecord, UndoEntry } from '../model/state/state.js';
import { undoAgain, undoneByHand } from '../model/state/transitions.js';
import { endedSentence } from './sentence.js';
import { changed } from './changes.js';
import type { BegunWay, Settling, UndoAsking } from './inputs.js';
import { type Answer, askOperator } from './people/ask.js';
import type { Session } from './session.js';
import { undoId } from './undo.js';

/** How often operators are asked on one way back, at most: a machine that always answers `retry` must come to an end. */
const MOST_ASKED = 50;

/** Carries out one undo once more. @param nth how many times undos were tried again on this way back */
type Again = (entry: UndoEntry, nth: number) => Promise<PhaseResult>;

/** Nothing of a way back is settled yet. */
export function settlingOf(result: PhaseResult): Settling {
  const { steps, undos } = result;
  return { result: { ...result, steps: [...steps], undos: [...undos] }, at: undos.length - 1, asked: 0 };
}

/**
 * Undos failed: an operator of each one's phase has it tried again, did it by hand, or gives it up. Only what is given
 * up, or not answered in time, or has nobody to be asked, stays failed.
 *
 * @param settling changes as they are settled; newest first, as they ran
 * @returns the result of the way back as it is then
 */
export async function settleUndos(
  session: Session,
  way: BegunWay,
  settling: Settling,
  again: Again,
): Promise<PhaseResult> {
  const { result } = settling;
  for (; settling.at >= 0; settling.at -= 1) {
    for (let entry = result.undos[settling.at]; entry?.status === 'failed'; entry = result.undos[settling.at]) {
      if (settling.asked === MOST_ASKED) return judged(settling);
      const answer = await ask(session, entry, { stage: 'undo', way, settling });
      if (typeof answer === 'string') settling.nobody = answer;
      else settling.asked += 1;
      if (typeof answer !== 'string' && answer.choice === 'stop' && !answer.unanswered) entry.givenUp = true;
      if (typeof answer === 'string' || answer.choice === 'stop') break;
      if (answer.choice === 'done') settleByHand(session, entry, result.steps, answer);
      else takeAgain(settling, await again(undoAgain(entry), settling.asked));
    }
  }
  return judged(settling);
}

const byUndo = (entry: UndoEntry) => (record: StepRecord) => record.id === undoId(entry);

/** The operator of its phase. A step of a rollback is of none: then it is that of the last one that was begun. */
function askedOf({ plan, state }: Session, entry: UndoEntry): Answerer | undefined {
  // Its phase is one of the earlier go-live.
  if (plan.takesBack) return plan.takesBack.asks?.[entry.phase] ?? plan.phases[0]?.onFail.ask;
  const begun = state.phases.findLast(({ startedAt }) => startedAt !== undefined)?.id;
  const phase = plan.phases.find(({ id }) => id === entry.phase) ?? plan.phases.find(({ id }) => id === begun);
  return phase?.onFail.ask;
}

/** The answer, or why nobody can give one. */
async function ask(session: Session, entry: UndoEntry, asking: UndoAsking): Promise<Answer | string> {
  const { role = '', expiresMs = 0 } = askedOf(session, entry) ?? {};
  const { people } = session.plan;
  const held = role !== '' && (!people || Object.values(people).some((roles) => roles.includes(role)));
  if (!held || !session.desk) return `Nobody can be asked: nobody holds the role '${role}'.`;
  const title = asking.settling.result.steps.find(byUndo(entry))?.title ?? `Undo ${entry.phase}.${entry.step}`;
  const changedFile = entry.failure?.facts?.changedFile;
  const taken = changedFile === undefined ? '' : ' with the file as it is now';
  const answer = await askOperator(session, session.desk, {
    about: addressText({ phase: entry.phase, part: entry.step }),
    text: `${title}: ${endedSentence(entry.failure?.message ?? 'failed')} \`retry\` tries again${taken}, \`done\` says how it was done by hand, \`stop\` gives it up.`,
    choices: ['retry', 'done', 'stop'],
    role,
    expiresMs,
    settled: () => false,
    onTheWayBack: true,
    ...(changed('goes-on-while-asked-about-an-undo') ? { asking } : {}),
  });
  return answer === 'settled' ? 'Nobody was asked.' : answer;
}

function settleByHand(session: Session, entry: UndoEntry, steps: StepRecord[], answer: ChooseMessage): void {
  const { phase, phaseAttempt, step, epoch } = entry;
  const { by, role, reason } = answer;
  const summary = `A person did it by hand. ${by} (${role}): ${reason ?? ''}`;
  const kind = entry.calls.map(({ activity }) => activity).join(', ');
  undoneByHand(entry, steps.find(byUndo(entry)), summary);
  session.note('undo.settled', { phase, phaseAttempt, step, epoch, kind, by, role, reason, summary });
}

/** The outcome of another try stands for the one before. */
function takeAgain({ result: settled, at: index }: Settling, tried: PhaseResult): void {
  settled.events += tried.events;
  const entry = tried.undos[0];
  if (!entry) return;
  settled.undos[index] = entry;
  const at = settled.steps.findIndex(byUndo(entry));
  const record = tried.steps.find(byUndo(entry));
  if (record && at >= 0) settled.steps[at] = record;
}

function judged({ result, asked, nobody }: Settling): PhaseResult {
  const broken = result.steps.filter(({ status }) => status === 'failed' || status === 'undo-failed');
  const [first] = broken;
  if (!first && result.undos.every(({ status }) => status !== 'failed')) {
    const sentence = `${result.steps.length} of ${result.steps.length} steps done; an operator was asked ${asked === 1 ? 'once' : `${asked} times`}.`;
    return { ...result, status: 'passed', verdict: 'go', sentence };
  }
  const why = first ? ` ${first.title}: ${endedSentence(first.failure?.message ?? 'failed')}` : '';
  return { ...result, sentence: `${broken.length} of its steps failed.${why}${nobody ? ` ${nobody}` : ''}` };
}
