import type { Expected, Signed } from '../signing/signing.js';
import { type Field, flag, needed, oneOf, optional, type Taken } from './field.js';
import { noApproval, NO_CHOICE_OPEN, noItem } from './refusals.js';

/**
 * Messages from people to a go-live. Each has one object as its argument, the same for the Update and
 * for the Signal of that name, so the Web UI's dialogs can send it. `MESSAGES` below is the one place that says what a
 * message is; its handler (workflows/people/handlers.ts) and its verbs (client/people/verbs.ts) are tables over it.
 */

/** Answers to a failure that asks an operator. */
export const CHOICES = ['done', 'retry', 'retry-phase', 'skip', 'continue', 'rollback', 'stop'] as const;
export type Choice = (typeof CHOICES)[number];

/** Choices that stand in for something that was not seen to happen: the evidence must say why. */
const NEEDS_REASON = {
  done: true,
  retry: false,
  'retry-phase': false,
  skip: true,
  continue: true,
  rollback: false,
  stop: false,
} as const satisfies Record<Choice, boolean>;

export function needsReason(choice: Choice): boolean {
  return NEEDS_REASON[choice];
}

/** What is open when a message is signed; the state of a go-live has it. */
export interface Standing {
  approvals: readonly { id: string; question: string; digest: string; nonce?: string }[];
  checklist: readonly { item: string; text: string }[];
  waiting?: { kind: string; id: string; text: string; nonce?: string };
}

/** What the signed statement of a message says of it; the go-live, its plan and the name of the message come to it. */
export type Said = Omit<Expected, 'goLive' | 'plan' | 'message' | 'digest' | 'nonce'> &
  Partial<Pick<Expected, 'digest' | 'nonce'>>;

type Fields = Readonly<Record<string, Field>>;

/** What a message is. */
interface MessageKind<F extends Fields, V extends string> {
  /** Verbs of the command line that send it. */
  verbs: readonly V[];
  /** In the order in which they are read and shown. */
  fields: F;
  /** The questions that it answers, and the field that names one of them where several can be open. */
  answers?: { kind: 'approval' | 'checklist' | 'operator'; named?: keyof F & string };
}

/** What the signature of a message means as things stand, or why nothing can be signed for it now. */
type Says<M> = (message: M, standing: Standing) => Said | string;

/** Travels with what is signed; the reader of signatures judges it. */
export const SIGNED_FIELDS = { statement: optional, signature: optional } as const satisfies Record<
  keyof Signed,
  Field
>;

/** A message: each must be signed where names are. */
function signed<F extends Fields, V extends string>(
  kind: MessageKind<F, V> & { says: Says<Taken<F>> },
): MessageKind<F & typeof SIGNED_FIELDS, V> & { says: Says<Taken<F>> } {
  return { ...kind, fields: { ...kind.fields, ...SIGNED_FIELDS } };
}

type VoteFields = { approval: string; role: string; by: string; reason?: string; breakGlass?: 'yes' };

function voteSays(
  { approval: about, role, by, reason, breakGlass }: VoteFields,
  { approvals }: Standing,
): Said | string {
  const asked = approvals.find((candidate) => candidate.id === about);
  if (!asked) return noApproval(about);
  const { digest, nonce, question: meaning } = asked;
  if (nonce === undefined) return `'${about}' has not been asked yet, so there is nothing to sign.`;
  return { about, digest, nonce, role, by, meaning, reason, breakGlass: breakGlass === 'yes' || undefined };
}

const TABLE = {
  approve: signed({
    verbs: ['approve'],
    fields: {
      /** Id of the approval: a phase, `<phase>.after`, or a decision. */
      approval: needed,
      role: needed,
      /** Who; in rehearsals a declared name. */
      by: needed,
      reason: optional,
      /** In an emergency, alone, with a key that may do so. */
      breakGlass: flag,
    },
    answers: { kind: 'approval', named: 'approval' },
    says: voteSays,
  }),
  reject: signed({
    verbs: ['reject'],
    fields: { approval: needed, role: needed, by: needed, reason: needed },
    answers: { kind: 'approval', named: 'approval' },
    says: voteSays,
  }),
  tick: signed({
    verbs: ['tick'],
    fields: {
      /** `<phase>.<item>`. */
      item: needed,
      role: needed,
      by: needed,
      note: optional,
    },
    answers: { kind: 'checklist', named: 'item' },
    says: ({ item: about, role, by, note: reason }, { checklist }) => {
      const meaning = checklist.find((candidate) => candidate.item === about)?.text;
      return meaning === undefined ? noItem(about) : { about, role, by, meaning, reason };
    },
  }),
  /** An operator's answer to a failure that asks. */
  choose: signed({
    verbs: CHOICES,
    fields: {
      choice: oneOf(CHOICES),
      role: needed,
      by: needed,
      reason: optional,
      /** `done`, `retry`, `skip`: the step that the person means; refused when another one waits. */
      step: optional,
      /** A rollback of the runbook; none = undo everything. */
      rollback: optional,
    },
    answers: { kind: 'operator' },
    says: ({ choice, role, by, reason, rollback }, { waiting }) => {
      if (waiting?.kind !== 'operator' || waiting.nonce === undefined) return NO_CHOICE_OPEN;
      const { id: about, nonce, text: meaning } = waiting;
      return { about, nonce, role, by, meaning, choice, reason, rollback };
    },
  }),
  waive: signed({
    verbs: ['waive'],
    fields: {
      /** `<phase>.<gate>`, or a phase id to waive a whole phase for the decisions. */
      gate: needed,
      role: needed,
      by: needed,
      reason: needed,
      /** ISO 8601 time; a waiver always expires. */
      until: needed,
    },
    says: ({ gate: about, role, by, reason, until }) => ({ about, role, by, meaning: `Waive ${about}`, reason, until }),
  }),
  /** Declares a phase not required, before it begins. */
  omit: signed({
    verbs: ['omit'],
    fields: { phase: needed, role: needed, by: needed, reason: needed },
    says: ({ phase: about, role, by, reason }) => ({ about, role, by, meaning: `Omit ${about}`, reason }),
  }),
  /** Stops the go-live. It takes back what was done, so it is for the people of the project where it is live. */
  abort: signed({
    verbs: ['abort'],
    fields: {
      by: needed,
      reason: needed,
      /** Takes nothing back. */
      keep: flag,
    },
    says: ({ by, reason, keep }) => ({
      about: 'abort',
      role: '',
      by,
      meaning: keep === 'yes' ? 'Stop and take nothing back' : 'Stop and take back what was done',
      reason,
    }),
  }),
};

export type MessageName = keyof typeof TABLE;
/** What each message holds. */
export type Messages = { [N in MessageName]: Taken<(typeof TABLE)[N]['fields']> };
/** Verbs of the command line that send a message. */
export type Verb<N extends MessageName = MessageName> = (typeof TABLE)[N]['verbs'][number];

export type ApproveMessage = Messages['approve'];
export type ChooseMessage = Messages['choose'];
export type WaiveMessage = Messages['waive'];

/** Every message, described. */
export const MESSAGES: {
  readonly [N in MessageName]: MessageKind<Fields, Verb<N>> & { says: Says<Messages[N]> };
} = TABLE;
export const MESSAGE_NAMES = Object.keys(TABLE) as MessageName[];

/** The answer of an Update. A refused message changes nothing but the record of refusals. */
export type Receipt = { accepted: true; text: string } | { accepted: false; reason: string; hint: string };

export const QUERY_STATE = 'state';
export const QUERY_BOARD = 'board';
