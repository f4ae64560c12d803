import { ApplicationFailure } from '@temporalio/common';
import { lastFalls } from '../../model/evidence/falls.js';
import { readEvent, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Fallen, StepResult, StepTask } from '../../model/state/contract.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Carried } from '../../workflows/inputs.js';
import type { Argument, Outside } from './simulated.js';

export interface Said {
  name: string;
  message: object;
}

const ANSWERS: Record<string, object> = {
  sendNotice: {},
  collectEvidence: { digest: 'd', files: 1, missing: [] },
  closeEvidence: { bundle: '/b', report: '/r', signoff: '/s', key: 'k', files: 1, bytes: 1 },
};

/** The outside of a simulated go-live: steps do as `act` says, people as `say` does, and the log is kept. */
export class SimulatedWorld implements Outside {
  /** Names of what was done, in order: `phase.step`, `undo phase.step`. */
  readonly deeds: string[] = [];
  private readonly drafts: object[] = [];
  private plan: Plan | undefined;
  /** System activities that fail. */
  readonly failing = new Set<string>();
  /** @throws for a step that fails */
  step: (task: StepTask) => JsonObject = () => ({});
  /** Called once for each question, and once whenever none is open; what they say is sent. */
  say: (state: GoLiveState) => readonly Said[] = () => [];
  /** Called at every moment, whatever else goes on; what they say is sent. */
  interrupt: (state: GoLiveState) => readonly Said[] = () => [];
  /** What became of what they said. */
  readonly receipts: unknown[] = [];
  private asked = '';
  /** Called once for each question, before anybody speaks; whether a flood comes, so that the next execution takes it up. */
  floods: (state: GoLiveState) => boolean = () => false;
  /** What was handed on. */
  readonly carried: Carried[] = [];
  private flooded = '';
  private crowd = false;

  /** How long a step takes, in milliseconds. */
  lasts: (task: StepTask) => number = () => 1;

  takesMs(argument: Argument): number {
    return argument.step === undefined ? 1 : this.lasts(argument);
  }

  act(activity: string, argument: Argument): unknown {
    if (this.failing.has(activity)) throw ApplicationFailure.nonRetryable(`${activity} fails`, 'INTERNAL');
    if (activity === 'openEvidence') this.plan = argument.plan.plan;
    else if (activity === 'appendEvents') this.drafts.push(...argument.events);
    else if (activity === 'checkBound') return [];
    else if (Object.hasOwn(ANSWERS, activity)) return { ...ANSWERS[activity], fallen: this.fallen() };
    else return this.acted(argument);
    return argument.standing ? this.fallen() : null;
  }

  /** Somebody else writes to the log: another execution of the same go-live. */
  tell(event: object): void {
    this.drafts.push(event);
  }

  /** What fell, by the log, as the real hands read it. */
  private fallen(): Fallen[] {
    return this.plan ? lastFalls(this.plan, this.events) : [];
  }

  private acted(task: StepTask): StepResult {
    const { undoes, phase } = task;
    const { phase: of, step } = undoes ?? task;
    if (undoes) {
      const deed = `${of}.${undoes.phaseAttempt}/${step}`;
      this.drafts.push({ type: 'undo.started', phase, undoes: deed, time: new Date().toISOString() });
    }
    const outputs = this.step(task);
    this.deeds.push(`${undoes ? 'undo ' : ''}${of}.${step}`);
    return { outputs, summary: 'done', evidence: [] };
  }

  speak(state: GoLiveState, send: (name: string, message: object) => unknown): boolean {
    const shouted = this.interrupt(state);
    for (const { name, message } of shouted) this.receipts.push(send(name, message));
    if (shouted.length > 0) return true;
    const { waiting, rollbacks, endedAt } = state;
    const question = `${waiting?.kind} ${waiting?.id} ${waiting?.since} ${rollbacks.length}`;
    if (question === this.asked || endedAt) return false;
    if (waiting && question !== this.flooded) {
      this.flooded = question;
      this.crowd = this.floods(state);
      if (this.crowd) return true;
    }
    this.asked = question;
    const said = this.say(state);
    for (const { name, message } of said) this.receipts.push(send(name, message));
    return said.length > 0;
  }

  crowded(): boolean {
    return this.crowd;
  }

  handedOn(carried: Carried): void {
    this.crowd = false;
    this.carried.push(carried);
  }

  /** The log, as a reader takes it. */
  get events(): LoggedEvent[] {
    return this.drafts.map((draft, seq) => {
      const line: Json = JSON.parse(JSON.stringify(draft));
      if (!isJsonObject(line)) throw new Error('an event is an object');
      return readEvent(seq, line);
    });
  }
}

/** What a step throws that fails. */
export function failure(code: string, message = 'no'): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [{ code, message }] });
}
