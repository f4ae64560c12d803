import type { EventDraft } from '../evidence/events.js';
import type { EvidenceRef } from '../evidence/manifest.js';
import type { BoundFile } from '../people/approval.js';
import type { Json, JsonObject } from '../json.js';
import type { Effect, GuardPlan, Mode, NetworkPlan, Plan, ProbePlan, UntilPlan } from '../plan/plan.js';
import type { Preflight } from '../preflight/finding.js';
import type { Signed } from '../signing/signing.js';
import type { Verdict } from '../verdict.js';
import type { WindowPlan, WindowTally } from '../judge/window.js';
import type { Counted } from '../judge/window-share.js';

/** What every activity must know of the go-live that calls it. */
export interface GoLiveRef {
  id: string;
  target: string;
  change: string;
  runbook: string;
  mode: Mode;
  timeScale: number;
  baseDir: string;
  evidenceDir: string;
  /** As the plan settled them. */
  network?: NetworkPlan;
  commands?: string[];
  folders?: string[];
  files?: Record<string, string>;
}

/** The argument of a step's activity. The activity's name is the kind (`http.check`), or `undo <kind>` for its undo. */
export interface StepTask {
  goLive: GoLiveRef;
  /** Phase or rollback id. */
  phase: string;
  phaseAttempt: number;
  step: string;
  title: string;
  /** How many times the workflow opened this step in this phase attempt, from 1. */
  epoch: number;
  /** The step's `with`, expressions resolved; not yet parsed by the kind's schema. */
  input: JsonObject;
  until?: UntilPlan;
  guards: GuardPlan[];
  /** As the runbook narrowed it; without it, the kind's own. */
  effect?: Effect;
  /** Asked when an earlier attempt of a `once` step left no outcome; `with` is resolved. */
  probe?: ProbePlan;
  timeoutMs: number;
  /** The step itself says how often it is tried. */
  retryAsked?: boolean;
  /** The worker of an earlier attempt was lost, which Temporal's count of attempts does not say. */
  repeated?: boolean;
  /** Which outputs travel whole, as the plan says; without it, all of them. */
  reads?: string[];
  /** What takes the step back; the journal keeps it from before the deed, so that it outlives the workflow. */
  promise?: UndoPromise;
  /** Which step an undo belongs to. */
  undoes?: {
    phase: string;
    phaseAttempt: number;
    step: string;
    epoch: number;
    /** The input stands in the journal of the step, with this call of its promise (from 0). */
    call?: number;
    /** The workflow saw the deed done. */
    deedDone?: boolean;
    /** What the deed gave, where that is known: the worker reads it in the journal. */
    outputs?: JsonObject;
    /** Folder of the bundle with its journal, where that is of an earlier go-live. */
    evidenceDir?: string;
    /** SHA-256 of the tag manifest of that bundle, which covers every file. */
    bundle?: string;
  };
}

/** The undo of a step, settled before its deed. */
export interface UndoPromise {
  /** Taken back at the end whatever the verdict. */
  always: boolean;
  /** In order. A call without an input takes the step's own. */
  calls: UndoCallEntry[];
}

/** Asks the journals of a phase whose execution was lost what it had promised. */
export interface CollectPromises {
  goLive: GoLiveRef;
  phase: string;
  phaseAttempt: number;
  /** Workflow run id of the lost execution: none of its deeds begins any more. */
  run: string;
  steps: string[];
}

/** What a journal says of an undo: what was promised, also where other lines are damaged, or why nobody can read that. */
export type Promised = { promise: UndoPromise; damaged?: boolean } | { unread: string };

/** What the journal of one opening of a step says. */
export type CollectedPromise = { step: string; epoch: number } & Promised;

/** One call of an undo: activity, what people call it, and its input unless that is long and stands in the journal. */
export interface UndoCallEntry {
  activity: string;
  title: string;
  input?: JsonObject;
}

/** The argument of a sample's activity, `sample <kind>`: one slot of a step with `window`. */
export interface SampleTask extends StepTask {
  sample: {
    /** Number of the slot, from 1, and when it was due (ISO 8601). */
    n: number;
    due: string;
    /** When the window began, milliseconds since the epoch. */
    startedMs: number;
    plan: WindowPlan;
    /** Nothing is taken: the slots from `n` to this one are too late. */
    missed?: number;
    /** Figures that only grow, as the sample before had them. */
    totals?: Counted;
  };
}

/** Begins or ends the evidence of a step with `window`. */
export interface WindowEvidence {
  task: StepTask;
  kind: string;
  plan: WindowPlan;
  /** At its end. */
  tally?: WindowTally;
}

export interface StepResult {
  outputs: JsonObject;
  /** One line for people: what was found. */
  summary: string;
  evidence: EvidenceRef[];
}

export interface AppendEvents {
  goLive: GoLiveRef;
  events: EventDraft[];
  /** A decision is near: the answer says what fell. */
  standing?: true;
}

/**
 * The last time that a phase was taken back, by the event log. The log remembers it where the workflow does not: after a
 * reset, the workflow is what it was, and the world is not.
 */
export interface Fallen {
  phase: string;
  /** The highest attempt that had begun by then: neither it nor one before it stands. */
  attempt: number;
  rollback: string;
}

export interface OpenEvidence {
  goLive: GoLiveRef;
  /** The plan and how it was started, written as `plan.json`. */
  plan: Json;
}

/** Written before the decisions are asked for: the figures, so that an approver approves what stands in a file. */
export interface CollectEvidence {
  goLive: GoLiveRef;
  /** GoLiveState as JSON. */
  state: Json;
  /** `attempts: all`: what earlier attempts of a phase left comes before. */
  include: { file: string; from: string[]; paths: (string | null)[]; attempts?: 'all' }[];
}
export interface CollectedEvidence {
  /** SHA-256 over the list of files and hashes that make up the bundle so far. */
  digest: string;
  files: number;
  missing: string[];
  /** Absent in histories of earlier versions. */
  fallen?: Fallen[];
}

export interface CloseEvidence {
  goLive: GoLiveRef;
  state: Json;
  signoff: string;
}
export interface ClosedEvidence {
  bundle: string;
  report: string;
  signoff: string;
  /** Fingerprint of the key that sealed it. */
  key: string;
  files: number;
  bytes: number;
  /** Where the runbook asks for one. */
  certificate?: CertificateRef;
}

/** A certificate that was written: its id, its level, and its page on the worker's machine. */
export interface CertificateRef {
  id: string;
  level: string;
  path: string;
}

export interface SendNotice {
  goLive: GoLiveRef;
  with: JsonObject;
  title: string;
  text: string;
  verdict?: Verdict;
  /** No go-live was begun: there is no event log in which it could stand that the notice was not sent. */
  unlogged?: true;
}

/** Signatures to check against the signers that the plan pinned and the keys revoked by now. */
export interface CheckSignatures {
  signers: string;
  /** Absolute path. */
  revoked?: string;
  checks: (Signed & { principal: string; namespace: string })[];
}
export type SignatureCheck = { ok: true; key: string } | { ok: false; reason: string };

/** The files that an approval binds to are compared with what lies there. */
export interface CheckBound {
  goLive: GoLiveRef;
  /** Of an approval after a phase. */
  files: BoundFile[];
  /** Of a decision: the digest of the list of files that was collected for it. */
  bundle?: string;
  /** The page to sign, which is written at the end. */
  signoff: string;
}

/** What a go-live needs is looked for; nothing is done. */
export interface PreflightRequest {
  goLive: GoLiveRef;
  plan: Plan;
  /** Who starts it; nobody, where the run of a schedule begins. */
  startedBy?: string;
}

/** Activities that are not steps. */
export interface SystemActivities {
  openEvidence(request: OpenEvidence): Promise<void>;
  /** What fell by the log, where it is asked for; histories of earlier versions have no answer. */
  appendEvents(request: AppendEvents): Promise<Fallen[] | undefined>;
  collectEvidence(request: CollectEvidence): Promise<CollectedEvidence>;
  closeEvidence(request: CloseEvidence): Promise<ClosedEvidence>;
  sendNotice(request: SendNotice): Promise<void>;
  /** Ends what a lost execution of a phase left acting; one answer for each step that had begun, and each that nobody can read. */
  collectPromises(request: CollectPromises): Promise<CollectedPromise[]>;
  /** Logs that a step with `window` begins, or, with a tally, ends; then its evidence is complete. */
  windowEvidence(request: WindowEvidence): Promise<StepResult>;
  /** One answer for each check, in order. */
  checkSignatures(request: CheckSignatures): Promise<SignatureCheck[]>;
  /** What is not as it was when it was asked, a sentence each. */
  checkBound(request: CheckBound): Promise<string[]>;
  /** Looks for what a go-live needs before it is begun. */
  preflight(request: PreflightRequest): Promise<Preflight>;
}

/** What a running step says of itself; the details of its heartbeats. */
export interface StepProgress {
  done?: number;
  total?: number;
  /** Forecast end, ISO 8601. */
  forecast?: string;
  text: string;
}

/** Failure type of a step that a draining worker gave back: it goes on elsewhere and costs no attempt. */
export const WORKER_SHUTDOWN = 'WORKER_SHUTDOWN';

export const TASK_QUEUE = 'golive';

/** How a go-live begins its words that ended before it did anything. */
export const NOT_STARTED = 'The go-live was not started';
