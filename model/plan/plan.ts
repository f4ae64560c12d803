import type { PlaybookPointer } from '../playbook/pointer.js';
import type { Need } from '../people/need.js';
import type { EvidencePlan } from './evidence-plan.js';
import type { AddressText, ApprovalId, PhaseId, StepId } from './address.js';
import type { GatePlan } from './gate-plan.js';
import type { JsonObject } from '../json.js';
import type { SigningPlan } from '../signing/signing.js';
import type { ScheduleRight } from './calendar.js';
import type { TakesBack } from './taking-back.js';
import type { SharePlan } from './share-plan.js';

export type { BoxPlan, EvidencePlan, StatePlan } from './evidence-plan.js';

/** What doing a step again would mean: nothing, the same state, or a second deed. */
export const EFFECTS = ['none', 'idempotent', 'once'] as const;
export type Effect = (typeof EFFECTS)[number];

export type Mode = 'rehearse' | 'live';

/** A runbook with all settled that can be before it runs. It is the workflow's input; the YAML is never read again. */
export interface Plan {
  planVersion: 1;
  runbook: { id: string; title: string; sha256: string; file: string };
  /** `<target>/<change>`. */
  goLiveId: string;
  target: { id: string; variables: JsonObject };
  change: string;
  mode: Mode;
  /** 1 = real time; 30 = every waiting time is a thirtieth. Always 1 in live mode. */
  timeScale: number;
  /** Set in the plan of a schedule's runs: what was signed is its template. Earlier versions kept the id alone. */
  schedule?: Pick<ScheduleRight, 'id'> & Partial<ScheduleRight>;
  /** Set where it takes back an earlier go-live, which has ended. */
  takesBack?: TakesBack;
  /** Folder that relative paths of steps are resolved against (absolute). */
  baseDir: string;
  roles: Record<string, string>;
  /** Who holds which roles; empty = names are declared and not checked against a list. */
  people?: Record<string, string[]>;
  /** What steps may reach over the network; absent in plans of earlier versions: not held to a list. */
  network?: NetworkPlan;
  /** Programs that steps may start, as the runbook lists them (`allow.commands`); absent = it has no list. */
  commands?: string[];
  /** Folders (absolute) that the paths of steps may lie in; absent in plans of earlier versions. */
  folders?: string[];
  /** SHA-256 of files that commands and stacks use, by absolute path, as they were when the plan was made. */
  files?: Record<string, string>;
  /** Who proves who they are, and how; absent = declared names. */
  signing?: SigningPlan;
  inputs: JsonObject;
  /** Inputs that are durations: they stand in `inputs` in milliseconds, and people write them with a unit. */
  durations?: string[];
  phases: PhasePlan[];
  decisions: DecisionPlan[];
  rollbacks: Record<string, RollbackPlan>;
  /** Who may waive, and for how long; absent in plans of earlier versions: every role, for 30 days. */
  waivers?: WaiverRule;
  /** What is undone, newest first, when the go-live ends without GO and no named rollback said otherwise. */
  onNoGo: 'undo' | 'keep';
  evidence: EvidencePlan;
  notices: NoticePlan[];
  /** Which entry of the runbook's playbook answers which gates and steps; absent where it has none. */
  playbook?: PlaybookPointer[];
}

/** What steps may reach over the network: settled when the plan is made, and read by people before it runs. */
export interface NetworkPlan {
  /** Hosts that stand in the plan itself. */
  hosts: string[];
  /** Further ones of golive.yaml: `host` or `host:port`, also addresses that are refused otherwise. */
  allow: string[];
  /** The runbook's own list (`allow.hosts`), which narrows both: what does not stand there is not reached. */
  only?: string[];
}

export interface NoticePlan {
  on: NoticeEvent[];
  /** Input of the kind that carries notices, without its text. */
  with: JsonObject;
}
export const NOTICE_EVENTS = ['started', 'waiting', 'guard', 'no-go', 'go'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Who may waive gates; nobody where `by` is empty. */
export interface WaiverRule {
  by: string[];
  atMostMs: number;
  /** The owner of a phase does not waive its gates. */
  distinct: boolean;
}

export interface PhasePlan {
  id: PhaseId;
  title: string;
  owner: string[];
  plannedMs: number;
  /** Phases that it waits for, all above it; either every phase of a plan has this, or none: then one follows another. */
  needs?: PhaseId[];
  /** CEL over inputs, run, target, phases: skipped when false. */
  when?: string;
  /** No policy may approve here; only persons. */
  human?: boolean;
  /** Roles that may declare the phase not required, before it begins. */
  mayOmit?: string[];
  approvals: ApprovalPlan[];
  checklist: ChecklistItem[];
  steps: StepNode[];
  gates: GatePlan[];
  onFail: PhaseFailurePlan;
}

export interface PhaseFailurePlan {
  /** How many times the phase may be run in all (1 = no second try). */
  attempts: number;
  /** Name of a rollback; it runs on every failure of the phase. */
  rollback?: string;
  /** What follows the rollback: the go-live ends, a person is asked, the next phase runs, or an earlier one again. */
  then: 'stop' | 'ask' | 'continue' | { return: PhaseId };
  /** Who answers when `then` or a step says `ask`, and how long they have; no answer stops. */
  ask: { role: string; expiresMs: number };
}

export interface ApprovalPlan {
  /** Unique in the plan: `<phase>`, `<phase>.after` or the decision's id. */
  id: ApprovalId;
  when: 'before' | 'after';
  needs: Need[];
  question: string;
  /** The question holds expressions over what is known only when it is asked: it is filled in then. */
  late?: true;
  expiresMs: number;
  /** One person may fill only one place (default true). */
  distinct: boolean;
  /** The person who started the go-live may approve it (default false in live mode). */
  starterMay: boolean;
  /** Name of the rollback that runs when it is rejected, or its time runs out. */
  onReject?: string;
  /** An approval without a reason is refused: what it says is the record. A list: parts that it must give. */
  needsReason?: true | string[];
  /** The first attempt of its phase that is asked. */
  fromAttempt?: number;
  /** A rule that approves without a person when it holds; when it does not, people are asked. */
  auto?: PolicyPlan;
}

/** A rule that approves in place of a person. */
export interface PolicyPlan {
  /** CEL over inputs, target, run, phases and, after the steps, `steps`. */
  rule: string;
  /** Paths that the rule reads, for the record of what it saw. */
  reads: string[][];
}

export interface ChecklistItem {
  /** `<phase>.<item>`. */
  id: AddressText;
  text: string;
  role: string;
}

export type StepNode = StepPlan | { parallel: StepPlan[] };

export interface StepPlan {
  id: StepId;
  title: string;
  uses: string;
  /** Strings may hold `${{ CEL }}`, resolved just before the step runs. */
  with: JsonObject;
  when?: string;
  effect: Effect;
  timeoutMs: number;
  /** `asked`: the step itself says how often, so that what ends others is tried again, too. */
  retry: { attempts: number; backoffMs: number; asked?: true };
  until?: UntilPlan;
  /** It is taken on a rhythm for long, by a workflow of its own. */
  window?: WindowPlan;
  /** Tells after a crash whether a `once` step was done. */
  probe?: ProbePlan;
  /** What undoes this step, in order; absent = the kind's own undo, if it has one; `[]` = none. */
  undo?: (UndoCall | typeof OWN_UNDO)[];
  /** The kind has an undo of its own (activity `undo <kind>`), used when `undo` is absent or names it. Set by the planner. */
  ownUndo: boolean;
  /** `always`: undone at the end whatever the verdict (a freeze is thawed); `failure`: only on the way back. */
  undoOn: 'failure' | 'always';
  guards: GuardPlan[];
  onFail: 'stop' | 'ask' | 'continue';
  /** An operator may skip it, with a reason. */
  maySkip: boolean;
  /** Outputs that expressions of the plan read, or `ALL_OUTPUTS`; absent in plans of earlier versions: all of them. */
  reads?: string[];
}

/** Stands for the kind's own undo in a list of undos. */
export const OWN_UNDO = 'own';

export interface UndoCall {
  uses: string;
  with: JsonObject;
  title: string;
}

/** The step's deed is repeated inside one activity until it holds. */
export interface UntilPlan {
  everyMs: number;
  withinMs: number;
  /** How many times running it must hold. */
  consecutive: number;
  /** CEL over `it` (the step's outputs); without it, "the deed does not fail" is the condition. */
  condition?: string;
}

/** A step that is taken on a rhythm for long, one sample at a time. Times are milliseconds before any time scale. */
export interface WindowPlan {
  everyMs: number;
  /** So many green samples running are wanted; then the window is over. */
  consecutive?: number;
  /** Its goal is a share of all that its samples counted, in place of a streak. */
  share?: SharePlan;
  /** Longest that the window is; slots beyond it are not taken. */
  withinMs: number;
  /** How late a sample may still be taken; later, its slot is missed. */
  lateMs: number;
  /** CEL over `it`, the outputs of the sample: a good one. */
  green: string;
  /** More bad samples than this, red or missed, end the window. */
  maxRed?: number;
  /** It is over as soon as nothing that is left can change whether its goal is reached; no gate counts its samples. */
  endsEarly?: true;
  /** The step fails when the goal was not reached: no gate judges it. */
  mustReach?: true;
  /** Name of a file for each sample; `{date}` and `{n}` stand for its nominal day and its number. */
  file?: string;
}

/** A look that changes nothing, and what it says: `done` and `notDone` are CEL over `it`, the outputs of the look. */
export interface ProbePlan {
  uses: string;
  /** Strings may hold `${{ CEL }}`, resolved with the step's own `with`. */
  with: JsonObject;
  done: string;
  notDone: string;
}

/** A condition watched while a step runs: `trips` is CEL over `it` (the running tallies). */
export interface GuardPlan {
  id: string;
  title: string;
  trips: string;
}

export interface DecisionPlan {
  id: string;
  title: string;
  /** Phases and earlier decisions that must hold. */
  requires: string[];
  approval?: ApprovalPlan;
}

export interface RollbackPlan {
  id: string;
  title: string;
  /** Registered undos that run first, newest first. */
  undo: 'none' | 'phase' | 'all';
  /** Phases that its own steps take back, besides those whose undos run. */
  takesBack?: PhaseId[];
  steps: StepNode[];
}

/** Every step of a phase or rollback, parallel groups opened, in order. */
export function stepsOf(nodes: readonly StepNode[]): StepPlan[] {
  return nodes.flatMap((node) => ('parallel' in node ? node.parallel : [node]));
}
