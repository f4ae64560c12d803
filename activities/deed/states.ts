import type { StepFailure } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import type { StepResult, StepTask } from '../../model/state/contract.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { type Doubt, type Ledger, outcomeUnknown } from './ledger.js';
import type { Probed } from './probe.js';

/** Where one attempt at a deed stands. `docs/crash-safety.md` draws the same states. */
export type State =
  /** An earlier attempt reached the outcome and could not report it. */
  | { is: 'recovered'; result: StepResult }
  /** An earlier attempt had begun, and the deed must not be done twice. */
  | { is: 'inDoubt'; doubt: Doubt }
  /** The probe says that the deed in doubt was done. */
  | { is: 'foundDone'; result: StepResult }
  /** Nothing was done, or it may be done again. */
  | { is: 'notBegun' }
  /** The intent is on the disk: from here on a crash leaves a doubt. */
  | { is: 'intended' }
  /** This attempt's own deed failed in a way that leaves open whether it was done. */
  | { is: 'interrupted'; error: unknown; doubt: Doubt }
  | { is: 'acted'; result: StepResult }
  /** This attempt's own deed failed, and was not done. */
  | { is: 'notDone'; error: unknown }
  /** The ends. `unknown` asks a person; `cutOff` leaves the intent without an outcome, for the next attempt. */
  | { is: 'reported'; result: StepResult }
  | { is: 'failed'; error: unknown }
  | { is: 'unknown'; error: unknown }
  | { is: 'cutOff'; error: unknown };

/** What may follow each state. */
export const NEXT = {
  recovered: ['reported'],
  inDoubt: ['foundDone', 'notBegun', 'unknown'],
  foundDone: ['reported'],
  notBegun: ['intended'],
  intended: ['acted', 'interrupted', 'notDone', 'cutOff'],
  interrupted: ['acted', 'notDone', 'unknown'],
  acted: ['reported', 'failed', 'unknown'],
  notDone: ['failed', 'unknown'],
  reported: [],
  failed: [],
  unknown: [],
  cutOff: [],
} as const satisfies Record<State['is'], readonly State['is'][]>;

/** A state by its name, and the states that may follow it: a transition that leads elsewhere does not compile. */
export type In<N extends State['is']> = Extract<State, { is: N }>;
export type After<N extends State['is']> = In<(typeof NEXT)[N][number]>;

/** What an attempt begins with, from what the ledger holds. */
export function firstState({
  outcome,
  doubt,
}: Pick<Ledger, 'outcome' | 'doubt'>): In<'recovered' | 'inDoubt' | 'notBegun'> {
  if (outcome) return { is: 'recovered', result: outcome };
  return doubt ? { is: 'inDoubt', doubt } : { is: 'notBegun' };
}

/** What a probe's answer makes of a doubt that an earlier attempt left. */
export function afterProbe({ doubt }: In<'inDoubt'>, found: Probed, about: About): After<'inDoubt'> {
  if (found.answer === 'done') return { is: 'foundDone', result: standIn(found, about.evidence) };
  if (found.answer === 'not-done') return { is: 'notBegun' };
  return { is: 'unknown', error: outcomeUnknown(about.task, doubt, found.sentence) };
}

/** What a probe's answer makes of this attempt's own interrupted deed: one that was not done has failed. */
export function afterInterruption(
  { doubt, error }: In<'interrupted'>,
  found: Probed,
  about: About,
): After<'interrupted'> {
  if (found.answer === 'done') return { is: 'acted', result: standIn(found, about.evidence) };
  if (found.answer === 'not-done') return { is: 'notDone', error };
  return { is: 'unknown', error: outcomeUnknown(about.task, doubt, found.sentence) };
}

/** What follows when the deed threw. */
export function afterFailure(error: unknown, failure: StepFailure, at: Acting): After<'intended'> {
  // An attempt that was cut off may have acted: its intent stays without an outcome.
  if (at.stopped) return { is: 'cutOff', error };
  const doubt = doubtAfter(failure, at);
  return doubt ? { is: 'interrupted', error, doubt } : { is: 'notDone', error };
}

/** What follows when the deed was done and that could not be written down: doing it again would be a second deed. */
export function afterUnrecorded(error: unknown, failure: StepFailure, at: Acting, about: About): After<'acted'> {
  const doubt = doubtAfter(failure, at);
  return doubt ? { is: 'unknown', error: outcomeUnknown(about.task, doubt) } : { is: 'failed', error };
}

/** What follows when the deed failed and that could not be written down: `hindrance` is why. */
export function afterUnrecordedFailure(
  cause: unknown,
  hindrance: StepFailure,
  at: Acting,
  about: About,
): After<'notDone'> {
  if (at.effect !== 'once') return { is: 'failed', error: cause };
  const doubt: Doubt = { reason: `how it ended could not be recorded (${hindrance.message})`, facts: {} };
  return stillUnknown(doubt, hindrance, about);
}

/** Whatever hinders settling a doubt leaves it one: a full disk must not turn it into a failure that may be retried. */
export function stillUnknown(doubt: Doubt, hindrance: StepFailure, { task }: About): In<'unknown'> {
  return { is: 'unknown', error: outcomeUnknown(task, doubt, `And then: ${hindrance.message}`) };
}

/** How the deed is done. */
export interface Acting {
  effect: Effect;
  /** The attempt was told to stop: cancelled, out of time, or replaced by a later one. */
  stopped: boolean;
  /** SHA-256 of the argument vector as JSON, where the step runs one. */
  argv?: string;
}

/** Whose deed it is, and what it has left so far. */
export interface About {
  task: StepTask;
  evidence: EvidenceRef[];
}

/** Whether a failure leaves open that the deed was done: its command was killed, or what it did could not be recorded. */
function doubtAfter({ code, facts, message }: StepFailure, { effect, argv }: Acting): Doubt | undefined {
  if (effect !== 'once') return undefined;
  const known: JsonObject = argv ? { argvSha256: argv } : {};
  if (code === 'EVIDENCE_UNWRITABLE') return { reason: `its outcome could not be recorded (${message})`, facts: known };
  if (typeof facts?.signal !== 'string') return undefined;
  return { reason: `its command was ended by ${facts.signal}`, facts: { ...known, signal: facts.signal } };
}

/** What stands for the result of a deed that a probe found done: nobody has its outputs. */
function standIn({ sentence }: Probed, evidence: EvidenceRef[]): StepResult {
  const summary = `It was done before its worker was lost: the probe says so. ${sentence}`;
  return { outputs: {}, summary, evidence };
}
