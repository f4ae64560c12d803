import type { AddressText, PhaseId, StepId } from '../plan/address.js';
import type { EvidenceRef } from '../evidence/manifest.js';
import type { StepFailure } from '../failure.js';
import type { CertificateRef, UndoCallEntry } from './contract.js';
import type { JsonObject } from '../json.js';
import type { GateResult } from '../judge/gate.js';
import type { Waiver } from '../judge/waiver.js';
import type { ApprovalState } from '../people/approval.js';
import type { Choice, MessageName } from '../people/message.js';
import type { Omission } from '../people/omission.js';
import type { PlaybookPointer } from '../playbook/pointer.js';
import type { Mode } from '../plan/plan.js';
import type { StandingUndo, TakesBack } from '../plan/taking-back.js';
import type { Proof, SigningPlan } from '../signing/signing.js';
import type { Verdict } from '../verdict.js';

export type StepStatus = 'pending' | 'running' | 'done' | 'failed' | 'skipped' | 'undone' | 'undo-failed' | 'cancelled';

export interface StepRecord {
  id: StepId;
  title: string;
  uses: string;
  status: StepStatus;
  epoch: number;
  /** ISO 8601, workflow time. */
  startedAt?: string;
  endedAt?: string;
  summary?: string;
  outputs?: JsonObject;
  evidence?: EvidenceRef[];
  failure?: StepFailure;
  /** Why it was skipped, and by whom when a person did. */
  skipped?: string;
  /** Workflow id of its window, where it has one. */
  window?: string;
}

export type PhaseStatus =
  | 'pending'
  | 'waiting'
  | 'running'
  | 'passed'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  /** A rollback undid it: it does not stand, whatever it was before. */
  | 'taken-back';

/** A registered undo: what would take a step back. Written before the step acts. */
export interface UndoEntry {
  phase: PhaseId;
  phaseAttempt: number;
  step: StepId;
  epoch: number;
  always: boolean;
  /** When it was registered, ISO 8601; absent in histories of earlier versions. */
  at?: string;
  /** In order. */
  calls: UndoCallEntry[];
  /** The deed is known to be done: an undo that finds nothing of it has lost something. */
  deedDone?: true;
  /** Why nobody knows what was promised: such an undo fails. */
  unread?: string;
  status: 'registered' | 'done' | 'failed';
  failure?: StepFailure;
  /** A person gave it up: this go-live does not try it again. */
  givenUp?: true;
  /** Folder of the bundle with its journal, where that is of another go-live. */
  evidenceDir?: string;
  /** SHA-256 of the tag manifest of that bundle. */
  bundle?: string;
  /** How often an operator had it tried again. */
  again?: number;
  /** SHA-256 of files that were changed since the plan and that an operator takes as they are, by absolute path. */
  accepted?: Record<string, string>;
}

export interface PhaseResult {
  status: 'passed' | 'failed' | 'asks' | 'cancelled';
  verdict: Verdict;
  /** Worst news first, arithmetic included. */
  sentence: string;
  steps: StepRecord[];
  gates: GateResult[];
  undos: UndoEntry[];
  startedAt: string;
  endedAt: string;
  events: number;
  /** Its execution was ended from outside; `undos` are what its journals had promised. */
  lost?: boolean;
}

export interface PhaseState {
  id: PhaseId;
  index: number;
  title: string;
  owner: string[];
  plannedMs: number;
  /** Phases that it waits for; absent where one phase follows another. */
  needs?: PhaseId[];
  status: PhaseStatus;
  verdict?: Verdict;
  sentence?: string;
  attempt: number;
  /** Declared not required, so it is skipped. */
  omitted?: Omission;
  /** Id of the rollback that took it back; verdict and sentence are what the attempt came to before. */
  takenBackBy?: string;
  /** It failed for good, and the go-live went on behind it: going on after a rollback does not run it again. */
  passedOver?: true;
  /** It was begun before, and is taken again as soon as what it needs lets it. */
  dueAgain?: true;
  startedAt?: string;
  endedAt?: string;
  /** Workflow id of the running or last attempt. */
  workflowId?: string;
  steps: StepRecord[];
  gates: GateResult[];
  /** Sentences of earlier attempts. */
  history: {
    attempt: number;
    verdict: Verdict;
    sentence: string;
    startedAt?: string;
    endedAt?: string;
    steps: StepRecord[];
    gates: GateResult[];
  }[];
}

export interface RollbackState {
  /** R1… or `undo`. */
  id: string;
  title: string;
  because: string;
  status: 'running' | 'done' | 'incomplete';
  startedAt: string;
  endedAt?: string;
  steps: StepRecord[];
}

export interface Refusal {
  at: string;
  message: MessageName;
  by: string;
  reason: string;
  hint: string;
}

export interface Tick {
  item: AddressText;
  text: string;
  role: string;
  by?: string;
  at?: string;
  note?: string;
  signed?: Proof;
}

export interface DecisionState {
  id: string;
  title: string;
  /** Absent until it is taken: what people must approve has none before they did. */
  verdict?: Verdict;
  sentence: string;
  /** What it requires holds, and people are asked. */
  waits?: true;
  approval?: string;
  /** When it was taken, ISO 8601. */
  at?: string;
}

/** What the go-live is waiting for from people, with the command that answers. */
export interface Waiting {
  kind: 'approval' | 'checklist' | 'operator';
  id: string;
  text: string;
  roles: string[];
  since: string;
  /** How many of how many in which role, who voted, who is still wanted. */
  votes?: string;
  expiresAt?: string;
  commands: string[];
  choices?: Choice[];
  /** The failed step or phase that the operator is asked about. */
  about?: AddressText;
  /** Made anew at each asking; a signed choice names it. */
  nonce?: string;
}

/** Who stopped the go-live. */
export interface Abort {
  by: string;
  reason: string;
  at: string;
  /** Nothing is taken back. */
  keep?: true;
  signed?: Proof;
}

/** Everything that people see: the answer of the `state` query. */
export interface GoLiveState {
  id: string;
  workflowId: string;
  target: string;
  change: string;
  runbook: { id: string; title: string; sha256: string };
  mode: Mode;
  timeScale: number;
  planDigest: string;
  roles: Record<string, string>;
  /** Who must prove who they are; absent = declared names. */
  signing?: SigningPlan;
  /** What signed ticks and waivers of this go-live name. */
  nonce?: string;
  startedBy: string;
  /** What proves who started it. */
  startedProof?: Proof;
  startedAt: string;
  endedAt?: string;
  plannedMs: number;
  evidenceDir: string;
  phases: PhaseState[];
  rollbacks: RollbackState[];
  /** Steps that an abort would undo, newest first; those of a phase that runs come to it at its end. */
  toUndo?: AddressText[];
  /** Undos that stand at the end, oldest first: `golive rollback` carries them out. */
  undos?: StandingUndo[];
  /** The earlier go-live that it takes back. */
  takesBack?: Pick<TakesBack, 'goLive' | 'bundle' | 'rollback' | 'reason'>;
  decisions: DecisionState[];
  approvals: ApprovalState[];
  checklist: Tick[];
  waivers: Waiver[];
  refusals: Refusal[];
  operator: {
    at: string;
    choice: string;
    by: string;
    role: string;
    reason?: string;
    about: AddressText;
    signed?: Proof;
  }[];
  /** Approvals that one person gave alone, in an emergency, and until when they must be reviewed. */
  breakGlass?: { approval: string; by: string; role: string; reason: string; at: string; reviewBy: string }[];
  /** As the plan has it. */
  playbook?: PlaybookPointer[];
  waiting?: Waiting;
  verdict?: Verdict;
  sentence?: string;
  /** Set when a rollback could not be finished. */
  rollbackIncomplete: boolean;
  aborted?: Abort;
  bundle?: {
    digest: string;
    missing: string[];
    path?: string;
    report?: string;
    key?: string;
    certificate?: CertificateRef;
  };
  /** History events of the finished phases, for `limits to design for`. */
  events: number;
  /** This execution has handed on to a next one of the same workflow id. */
  continued?: boolean;
}

export type GoLiveResult = GoLiveState;
