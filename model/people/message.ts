import type { Signed } from '../signing/signing.js';

/**
 * Messages from people to a go-live. Each has one object as its argument, the same for the Update and
 * for the Signal of that name, so the Web UI's dialogs can send it.
 */
export interface ApproveMessage extends Partial<Signed> {
  /** Id of the approval: a phase, `<phase>.after`, or a decision. */
  approval: string;
  role: string;
  /** Who; in rehearsals a declared name. */
  by: string;
  reason?: string;
  /** `yes`: in an emergency, alone, with a key that may do so. */
  breakGlass?: string;
}
export type RejectMessage = Omit<ApproveMessage, 'breakGlass'>;

export interface TickMessage extends Partial<Signed> {
  /** `<phase>.<item>`. */
  item: string;
  role: string;
  by: string;
  note?: string;
}

export const CHOICES = ['done', 'retry', 'retry-phase', 'skip', 'continue', 'rollback', 'stop'] as const;
export type Choice = (typeof CHOICES)[number];
/** Choices that stand in for something that was not seen to happen: the evidence must say why. */
export function needsReason(choice: Choice): boolean {
  return choice === 'done' || choice === 'skip' || choice === 'continue';
}

/** An operator's answer to a failure that asks. */
export interface ChooseMessage extends Partial<Signed> {
  choice: Choice;
  role: string;
  by: string;
  reason?: string;
  /** `retry`/`skip`: the step that the person means; refused when another one waits. */
  step?: string;
  /** A named rollback. */
  rollback?: string;
}

export interface WaiveMessage extends Partial<Signed> {
  /** `<phase>.<gate>`, or a phase id to waive a whole phase for the decisions. */
  gate: string;
  role: string;
  by: string;
  reason: string;
  /** ISO 8601 time; a waiver always expires. */
  until: string;
}

export interface AbortMessage {
  by: string;
  reason: string;
}

export interface Messages {
  approve: ApproveMessage;
  reject: RejectMessage;
  tick: TickMessage;
  choose: ChooseMessage;
  waive: WaiveMessage;
  abort: AbortMessage;
}
export type MessageName = keyof Messages;
export const MESSAGE_NAMES = ['approve', 'reject', 'tick', 'choose', 'waive', 'abort'] as const;

/** The answer of an Update. A refused message changes nothing but the record of refusals. */
export type Receipt = { accepted: true; text: string } | { accepted: false; reason: string; hint: string };

export const QUERY_STATE = 'state';
export const QUERY_BOARD = 'board';
