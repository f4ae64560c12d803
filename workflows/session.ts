import {
  type CancellationScope,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { board } from '../model/state/board.js';
import type { Fallen, GoLiveRef } from '../model/state/contract.js';
import type { EventDraft, EventType, Exactly, Facts } from '../model/evidence/events.js';
import { canonicalJson } from '../model/json.js';
import { addressText, type PhaseId } from '../model/plan/address.js';
import type { ChooseMessage } from '../model/people/message.js';
import type { Proof } from '../model/signing/signing.js';
import type { NoticeEvent, Plan } from '../model/plan/plan.js';
import type { GoLiveState, PhaseResult, UndoEntry, Waiting } from '../model/state/state.js';
import { attributePairs, type Memo } from '../model/state/search-attributes.js';
import { initialState, withoutPending } from '../model/state/initial-state.js';
import { type Values, valuesOf } from '../model/plan/values.js';
import { system } from './activities.js';
import { deliver } from './deliver.js';
import { changed } from './changes.js';
import type { Asking, Carried, GoLiveStart } from './inputs.js';

/** Events of one call to the event log, at most; and how much text they may be, in UTF-16 units. */
const BATCH_EVENTS = 50;
const BATCH_LENGTH = 40_000;

/** ISO 8601 of the workflow's clock. */
export const now = (): string => new Date().toISOString();
export const digestOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

/** What every activity must know of a plan's go-live. */
export function refOf(plan: Plan): GoLiveRef {
  return {
    id: plan.goLiveId,
    target: plan.target.id,
    change: plan.change,
    runbook: plan.runbook.id,
    mode: plan.mode,
    timeScale: plan.timeScale,
    baseDir: plan.baseDir,
    evidenceDir: plan.evidence.directory,
    ...(plan.network ? { network: plan.network } : {}),
    ...(plan.commands ? { commands: plan.commands } : {}),
    ...(plan.folders ? { folders: plan.folders } : {}),
    ...(plan.files ? { files: plan.files } : {}),
  };
}

/** The answer to the question that an operator is asked now. */
export interface OpenAnswer {
  choice: ChooseMessage | undefined;
  /** What proves it, where answers are signed. */
  proof: Proof | undefined;
}

/** A phase whose steps run beside whatever else the go-live does, until it is settled what they came to. */
export interface Beside {
  /** Resolves when they have ended; it never rejects. */
  over: Promise<void>;
  /** What they came to, judged. */
  result?: PhaseResult;
  /** What was thrown instead. */
  error?: unknown;
  /** They failed, and what follows cannot wait until people have answered something else. */
  presses: boolean;
}

/** A question that is open, and that nobody waits for now. */
export interface Parked {
  id: PhaseId;
  asking: Asking;
  waiting: Waiting | undefined;
}

/** What one go-live holds while it runs: its plan, its state, and what it still has to write down. */
export class Session {
  readonly plan: Plan;
  readonly state: GoLiveState;
  readonly ref: GoLiveRef;
  /** Outputs of finished phases, for expressions. */
  readonly phases: Values['phases'];
  /** Registered undos, oldest first. */
  undos: UndoEntry[];
  /** Messages that were refused so far. */
  refused: number;
  /** It is about to go on in a next execution: no signature is begun to be checked. */
  handsOn = false;
  /** Index of the phase that is next. */
  next: number;
  /** The question that is open, or that the execution before handed on and nobody took up yet. */
  asking?: Asking;
  /** An error of golive's own ended it: what cannot be written any more must not keep the way back from being taken. */
  broken: boolean;
  /** Where answers of operators arrive. */
  desk: OpenAnswer | undefined;
  /** The work that an abort stops, by phase. */
  readonly works = new Map<PhaseId, CancellationScope>();
  /** Phases whose steps run, or have run and are not settled, beside whatever else it does. */
  readonly beside = new Map<PhaseId, Beside>();
  /** Questions that were broken off for a failure beside them, and are taken up again; oldest first. */
  parked: Parked[] = [];
  /** Events that were noted and are not in the event log yet. */
  readonly unwritten: EventDraft[];
  private shown = { phase: '', verdict: '', waitingOn: '' };
  private shownIncomplete = false;

  constructor(
    readonly start: GoLiveStart,
    carried?: Carried,
  ) {
    const { plan, planDigest, startedBy } = start;
    this.plan = plan;
    this.state = carried
      ? withoutPending(carried.state)
      : initialState(plan, planDigest, workflowInfo().workflowId, startedBy, now());
    this.phases = carried?.phases ?? {};
    this.undos = carried?.undos ?? [];
    this.refused = carried?.refused ?? 0;
    this.next = carried?.next ?? 0;
    if (carried?.asking) this.asking = carried.asking;
    this.unwritten = [...(carried?.unwritten ?? [])];
    this.broken = carried?.broken ?? false;
    this.ref = refOf(plan);
  }

  /** Keeps the undos that are registered now, and tells which of them an abort would carry out. */
  keepUndos(undos: UndoEntry[]): void {
    this.undos = undos;
    this.state.toUndo = undos
      .filter(({ status, givenUp }) => status !== 'done' && !givenUp)
      .map(({ phase, step }) => addressText({ phase, part: step }))
      .toReversed();
  }

  get aborted(): boolean {
    return this.state.aborted !== undefined;
  }

  /** All that it holds may be handed on: nothing runs beside it. */
  get alone(): boolean {
    return this.beside.size === 0 && this.parked.length === 0;
  }

  /** Something failed beside an open question that cannot wait for its answer. */
  get pressed(): boolean {
    return [...this.beside.values()].some(({ presses }) => presses);
  }

  /** Values for expressions outside a phase's own steps. `attempt` is the phase's; `of` is the phase, where it is one. */
  values(attempt: number, of?: PhaseId): Values {
    return valuesOf(this.plan, this.state.startedAt, attempt, this.phases, of);
  }

  /** Notes an event; it is written with the next `flush`. */
  note<T extends EventType, F extends Facts<T>>(type: T, facts: Exactly<F, Facts<T>>): void {
    // Type and facts go together by the signature; the compiler forgets it when they are spread.
    this.unwritten.push({ ...facts, type, time: now() } as EventDraft);
  }

  /**
   * Writes what was noted to the event log; nothing goes on before it is durable.
   *
   * @param standing a decision is near: the log is asked what was taken back
   * @returns what fell by the log, where it was asked
   */
  async flush(standing = false): Promise<readonly Fallen[]> {
    let fallen: readonly Fallen[] | undefined;
    while (this.unwritten.length > 0) {
      const events = this.unwritten.splice(0, this.batch());
      const last = this.unwritten.length === 0;
      const written = system.appendEvents({
        goLive: this.ref,
        events,
        ...(standing && last ? { standing: true as const } : {}),
      });
      fallen = await (this.broken ? written.catch(() => undefined) : written);
    }
    return fallen ?? [];
  }

  /** How many of the unwritten events fit into one call: payloads stay small. */
  private batch(): number {
    let length = 0;
    const over = this.unwritten.findIndex((event) => (length += JSON.stringify(event).length) > BATCH_LENGTH);
    return Math.min(BATCH_EVENTS, over < 0 ? this.unwritten.length : Math.max(1, over));
  }

  waitFor(waiting: Waiting | undefined): void {
    if (waiting) this.state.waiting = waiting;
    else delete this.state.waiting;
    this.show();
  }

  /** Brings the board and the search attributes up to date. */
  show(): void {
    const { state } = this;
    setCurrentDetails(board(state, Date.now()));
    if (state.rollbackIncomplete) this.showIncomplete();
    const running = state.phases.findLast((phase) => phase.status === 'running' || phase.status === 'waiting');
    const next = {
      phase:
        running?.id ??
        (state.endedAt ? 'ended' : (state.rollbacks.find((r) => r.status === 'running')?.id ?? 'deciding')),
      verdict: state.verdict ?? 'running',
      waitingOn: state.waiting ? (state.waiting.roles[0] ?? 'operator') : 'nobody',
    };
    if (
      next.phase === this.shown.phase &&
      next.verdict === this.shown.verdict &&
      next.waitingOn === this.shown.waitingOn
    )
      return;
    this.shown = next;
    upsertSearchAttributes(attributePairs(next));
  }

  /** A list of go-lives tells it without asking each of them. */
  private showIncomplete(): void {
    if (this.shownIncomplete || !changed('a-list-tells-what-was-left')) return;
    this.shownIncomplete = true;
    upsertMemo({ rollback: 'incomplete' } satisfies Memo);
  }

  /** Sends the notices that the runbook asks for at this event; what becomes of them holds nobody up. */
  async notify(event: NoticeEvent, title: string, text: string): Promise<void> {
    for (const notice of this.plan.notices.filter(({ on }) => on.includes(event))) {
      const { verdict } = this.state;
      const lost = await deliver({ goLive: this.ref, with: notice.with, title, text, ...(verdict ? { verdict } : {}) });
      if (lost) this.note('notice.failed', { title, code: lost.code, reason: lost.message });
    }
  }
}
