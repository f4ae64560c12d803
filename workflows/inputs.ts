import type { EventDraft } from '../model/evidence/events.js';
import type { GoLiveRef } from '../model/state/contract.js';
import type { ChooseMessage } from '../model/people/message.js';
import type { PhaseId } from '../model/plan/address.js';
import type { GatePlan } from '../model/plan/gate-plan.js';
import type { Plan, StepNode } from '../model/plan/plan.js';
import type { Signed } from '../model/signing/signing.js';
import type { GoLiveState, PhaseResult, StepRecord, UndoEntry } from '../model/state/state.js';
import type { UndoPlace } from '../model/state/take-back.js';
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
  /** An error of golive's own ended it: only the way back is taken. */
  broken?: true;
}

/** A question to people, as far as the next execution must know where it stands. */
export type Asking =
  /** An approval, of the phase that is next or of a decision. */
  | { stage: 'before' | 'after' | 'decision'; id: string }
  | { stage: 'checklist' }
  /** An operator is asked about the phase that is next, which failed for good. */
  | { stage: 'phase' }
  /** An operator is asked about a step of this result. */
  | { stage: 'step'; result: PhaseResult }
  | UndoAsking;

/** An operator is asked about an undo that failed, on the way back that began last. */
export interface UndoAsking {
  stage: 'undo';
  way: BegunWay;
  settling: Settling;
}

/** A way back that has begun, as far as its end must know of it. */
export interface BegunWay {
  /** R1…, `undo` or `release`. */
  id: string;
  title: string;
  cause: Cause;
  /** The undos that it took, as they were before. */
  undos: (UndoPlace & Pick<UndoEntry, 'always'>)[];
  /** The phase that failed, where it is run for one. */
  failed?: PhaseId | undefined;
  /** Phases that its steps take back. */
  takesBack?: readonly PhaseId[] | undefined;
}

/** For what a way back is taken, which says where the go-live goes on behind it. */
export type Cause =
  /** Of the phase that is next: it failed, a person gave it up or chose the way back, an approval was rejected. */
  | { of: 'failure' | 'chosen' | 'rejection' }
  | { of: 'given-up'; answer: ChooseMessage }
  | { of: 'decision'; id: string }
  /** An earlier go-live is taken back. */
  | { of: 'taking-back' }
  /** The go-live ends: what its end asked for so far, and whether it was aborted then. */
  | { of: 'end'; ended: ('kept' | 'undone')[]; aborted: boolean };

/** How far the undos that failed on a way back are settled. */
export interface Settling {
  /** The way back as it is now. */
  result: PhaseResult;
  /** Index of the undo that is next to be asked about; the newest, which is the last, comes first. */
  at: number;
  /** How often operators were asked. */
  asked: number;
  /** Why nobody could be asked. */
  nobody?: string;
}
