import type { EventDraft } from '../model/evidence/events.js';
import type { GoLiveRef } from '../model/state/contract.js';
import type { PhaseId } from '../model/plan/address.js';
import type { GatePlan, Plan, StepNode } from '../model/plan/plan.js';
import type { Signed } from '../model/signing/signing.js';
import type { GoLiveState, PhaseResult, StepRecord, UndoEntry } from '../model/state/state.js';
import type { Values } from '../model/plan/values.js';

/** What one execution of the `phase` workflow is told. A rollback is a phase whose steps undo. */
export interface PhaseInput {
  goLive: GoLiveRef;
  /** Of a rollback, `rollback-<id>`. */
  id: PhaseId;
  title: string;
  attempt: number;
  steps: StepNode[];
  gates: GatePlan[];
  /** Values that expressions may use, apart from this phase's own steps. */
  values: Values;
  /** Records of an earlier opening of this attempt: what is done stays done. */
  resume?: StepRecord[];
  /** Undos to carry out before the steps, oldest first as registered; they run newest first. */
  undos?: UndoEntry[];
  /** Bytes that outputs which expressions read may still be; absent in histories of earlier versions, which had no bound. */
  room?: number;
  /** A rollback goes on after a failed step, since half a way back is worse than most of it. */
  bestEffort?: boolean;
}

/** The argument of the `goLive` workflow. */
export interface GoLiveStart {
  plan: Plan;
  /** SHA-256 of the plan's canonical JSON. */
  planDigest: string;
  startedBy: string;
  /** Proves who starts it, where names are signed. */
  signed?: Signed;
  /** Of go-lives from before `starter-is-who-signed`: who signed, when it is not who started it. */
  signedBy?: string;
  /** Why a person starts a run of a schedule within its blackout; signed with the start. */
  override?: string;
  /** Why it was started, where nobody did by hand. */
  because?: string;
}

/** All that a go-live holds between two phases: the second argument of `goLive`, where one execution goes on for another. */
export interface Carried {
  state: GoLiveState;
  /** Outputs of finished phases. */
  phases: Values['phases'];
  undos: UndoEntry[];
  /** Index of the phase that is next. */
  next: number;
  /** Messages that were refused so far. */
  refused: number;
  /** What people are asked, where it goes on in the middle of a question. */
  asking?: Asking;
  /** Events that are not in the event log yet; absent in histories from before `hands-on-at-once`. */
  unwritten?: readonly EventDraft[];
}

/** A question to people, as far as the next execution must know where it stands. */
export type Asking =
  /** An approval, of the phase that is next or of a decision. */
  | { stage: 'before' | 'after' | 'decision'; id: string }
  | { stage: 'checklist' }
  /** An operator is asked about the phase that is next, which failed for good. */
  | { stage: 'phase' }
  /** An operator is asked about a step of this result. */
  | { stage: 'step'; result: PhaseResult };
