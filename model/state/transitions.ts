import type { StepResult } from './contract.js';
import type { StepFailure } from '../failure.js';
import type { DecisionState, PhaseResult, PhaseState, RollbackState, StepRecord, Tick, UndoEntry } from './state.js';
import type { Omission } from '../people/omission.js';
import type { ApprovalState, BoundFile } from '../people/approval.js';
import type { GateResult } from '../judge/gate.js';
import type { Waiver } from '../judge/waiver.js';
import type { Proof } from '../signing/signing.js';
import type { Verdict } from '../verdict.js';

/**
 * Every change of what people see, as a function: which fields change together, and of which types. Times (`at`) are
 * ISO 8601, workflow time.
 */

/** The next attempt begins; what the former one came to goes to the history. */
export function phaseBegun(phase: PhaseState, at: string): void {
  if (phase.attempt > 0 && phase.verdict) {
    const { attempt, verdict, startedAt, endedAt, steps, gates } = phase;
    const times = { ...(startedAt === undefined ? {} : { startedAt }), ...(endedAt === undefined ? {} : { endedAt }) };
    phase.history.push({ attempt, verdict, sentence: phaseSentence(phase), ...times, steps, gates });
  }
  phase.status = 'waiting';
  phase.attempt += 1;
  phase.startedAt = at;
  phase.steps = [];
  phase.gates = [];
  delete phase.verdict;
  delete phase.sentence;
  delete phase.endedAt;
  delete phase.takenBackBy;
  delete phase.passedOver;
}

/** What an attempt came to, and what became of it since. What a program said last may end without a full stop. */
export function phaseSentence({ sentence = '', takenBackBy }: PhaseState): string {
  const ended = sentence.replace(/[^.!?…]$/, '$&.');
  return takenBackBy === undefined ? sentence : `${ended} Taken back by ${takenBackBy}.`.trimStart();
}

/** A rollback undid it, whatever it was before. */
export function phaseTakenBack(phase: PhaseState, rollback: string): void {
  phase.status = 'taken-back';
  phase.takenBackBy = rollback;
}

/** It failed for good, and the go-live goes on behind it. */
export function phasePassedOver(phase: PhaseState): void {
  phase.passedOver = true;
}

/** What was passed over runs again, since all that comes before it does. */
export function phaseDueAgain(phase: PhaseState): void {
  delete phase.passedOver;
}

/** The runbook's own `when` leaves the phase out. */
export function phaseSkipped(phase: PhaseState, sentence: string, at: string): void {
  delete phase.takenBackBy;
  phase.status = 'skipped';
  phase.sentence = sentence;
  phase.endedAt = at;
}

/** A person declared it not required: it counts as waived, and says so. */
export function phaseOmitted(phase: PhaseState, omission: Omission): void {
  const { by, role, reason } = omission;
  phase.status = 'skipped';
  phase.verdict = 'waived';
  phase.sentence = `OMITTED by ${by} (${role}): ${reason}`;
  phase.omitted = omission;
}

/** Its steps run, in a child of this workflow id. */
export function phaseRuns(phase: PhaseState, workflowId: string): void {
  phase.status = 'running';
  phase.workflowId = workflowId;
}

/** It waits for a person to say how it goes on. */
export function phaseWaits(phase: PhaseState): void {
  phase.status = 'waiting';
}

export interface PhaseJudgement {
  status: 'passed' | 'failed' | 'cancelled';
  verdict: Verdict;
  sentence: string;
  gates: GateResult[];
}

/** Its gates are judged; it is not over, since an approval or an answer may follow. */
export function phaseJudged(phase: PhaseState, { status, verdict, sentence, gates }: PhaseJudgement): void {
  phase.gates = gates;
  phase.status = status;
  phase.verdict = verdict;
  phase.sentence = sentence;
}

/** It is over with the judgement that it has. */
export function phasePassed(phase: PhaseState, at: string): void {
  phase.endedAt = at;
}

export interface PhaseEnd {
  status: 'failed' | 'cancelled';
  /** None where it was never judged. */
  verdict: Verdict | undefined;
  sentence: string;
}

/** It is over, and did not pass. */
export function phaseEnded(phase: PhaseState, { status, verdict, sentence }: PhaseEnd, at: string): void {
  // What was taken back stays so until it is begun again.
  phase.status = phase.takenBackBy === undefined ? status : 'taken-back';
  phase.verdict = verdict;
  phase.sentence = sentence;
  phase.endedAt = at;
}

/** A step's deed is about to begin, once more. */
export function stepBegun(step: StepRecord, at: string): void {
  step.epoch += 1;
  step.status = 'running';
  step.startedAt = at;
  delete step.failure;
}

export function stepDone(step: StepRecord, { summary, outputs, evidence }: StepResult): void {
  step.status = 'done';
  step.summary = summary;
  step.outputs = outputs;
  step.evidence = evidence;
}

export function stepFailed(step: StepRecord, status: 'failed' | 'cancelled', failure: StepFailure): void {
  step.status = status;
  step.failure = failure;
  if (failure.evidence) step.evidence = failure.evidence;
}

/** @param why by whom or by which condition it is left out */
export function stepSkipped(step: StepRecord, why: string): void {
  step.status = 'skipped';
  step.skipped = why;
}

/** The record of a step that is to be taken again. */
export const stepAgain = (step: StepRecord): StepRecord => ({ ...step, status: 'pending' });

/** The record of a step that a person leaves out. */
export const stepLeftOut = (step: StepRecord, why: string): StepRecord => ({
  ...step,
  status: 'skipped',
  skipped: why,
});

/** The record of a step in doubt that a person saw done: nothing is known of its outputs. */
export function stepSeenDone({ failure: _failure, ...step }: StepRecord, summary: string): StepRecord {
  return { ...step, status: 'done', outputs: {}, summary };
}

/** An undo was carried out: its own record, and the entry that promised it. */
export function undoDone(record: StepRecord, entry: UndoEntry, summary: string): void {
  record.status = 'undone';
  record.summary = summary;
  entry.status = 'done';
}

export function undoFailed(record: StepRecord, entry: UndoEntry, failure: StepFailure): void {
  record.status = 'undo-failed';
  record.failure = failure;
  entry.status = 'failed';
  entry.failure = failure;
}

/** An operator has an undo tried again; where a file of it was changed, it is taken as it was seen to be. */
export function undoAgain(entry: UndoEntry): UndoEntry {
  const { failure, ...rest } = entry;
  const { changedFile, found } = failure?.facts ?? {};
  const taken = typeof changedFile === 'string' && typeof found === 'string' ? { [changedFile]: found } : {};
  return { ...rest, status: 'registered', again: (entry.again ?? 0) + 1, accepted: { ...entry.accepted, ...taken } };
}

/** A person did by hand what an undo could not. @param summary who, and how */
export function undoneByHand(entry: UndoEntry, record: StepRecord | undefined, summary: string): void {
  if (record) undoDone(record, entry, summary);
  else entry.status = 'done';
}

export function rollbackBegun(way: Pick<RollbackState, 'id' | 'title' | 'because'>, at: string): RollbackState {
  const { id, title, because } = way;
  return { id, title, because, status: 'running', startedAt: at, steps: [] };
}

/** Whatever did not pass leaves the way back incomplete. Gives the status that it ended with. */
export function rollbackEnded(
  rollback: RollbackState,
  { status, steps }: PhaseResult,
  at: string,
): 'done' | 'incomplete' {
  const ended = status === 'passed' ? 'done' : 'incomplete';
  rollback.status = ended;
  rollback.steps = steps;
  rollback.endedAt = at;
  return ended;
}

/** The question in words, what an approval binds to, until when it may be given, and the nonce of a signed one. */
export interface Asking {
  question: string;
  digest: string;
  expiresAt: string;
  nonce: string | undefined;
  files?: BoundFile[] | undefined;
}

/** The question is opened, perhaps once more. */
export function approvalAsked(approval: ApprovalState, asking: Asking, at: string): void {
  const { question, digest, expiresAt, nonce, files } = asking;
  approval.question = question;
  approval.digest = digest;
  approval.status = 'open';
  approval.openedAt = at;
  approval.expiresAt = expiresAt;
  if (nonce !== undefined) approval.nonce = nonce;
  if (files) approval.files = files;
  else delete approval.files;
  delete approval.closedAt;
}

export function approvalClosed(
  approval: ApprovalState,
  status: 'approved' | 'rejected' | 'expired',
  sentence: string,
  at: string,
): void {
  approval.status = status;
  approval.closedAt = at;
  approval.sentence = sentence;
}

/** Who ticked an item of a checklist. */
export interface Ticking {
  by: string;
  note: string | undefined;
  proof: Proof | undefined;
}

export function itemTicked(item: Tick, { by, note, proof }: Ticking, at: string): void {
  item.by = by;
  item.at = at;
  if (note) item.note = note;
  if (proof) item.signed = proof;
}

/** A gate or a phase passes by a waiver. */
export function waiverUsed(waiver: Waiver): void {
  waiver.used = true;
}

interface Judged {
  verdict: Verdict;
  sentence: string;
}

/** A decision is judged by what it requires. */
export function decisionJudged(decision: DecisionState, { verdict, sentence }: Judged): void {
  decision.verdict = verdict;
  decision.sentence = sentence;
  delete decision.waits;
}

/** What a decision requires holds; it is no GO before these people agreed. */
export function decisionWaits(decision: DecisionState, judged: Judged, people: string): void {
  const how = judged.verdict === 'go' ? 'Holds' : `Holds with waivers (${judged.sentence})`;
  decision.sentence = `${how}; waiting for ${people}.`;
  decision.waits = true;
}

/** A decision is taken: nothing changes it any more. */
export function decisionTaken(decision: DecisionState, at: string): void {
  decision.at = at;
}

/** People agreed to a decision or did not: without them it is no GO, whatever was measured. */
export function decisionAnswered(
  decision: DecisionState,
  question: string,
  { approved, sentence }: { approved: boolean; sentence: string },
  judged: Judged,
): void {
  decision.approval = sentence;
  decisionJudged(
    decision,
    approved
      ? { verdict: judged.verdict, sentence: `${judged.sentence} ${sentence}` }
      : { verdict: 'no-go', sentence: `${question} ${sentence}` },
  );
}
