import type {
  ApproveMessage,
  ChooseMessage,
  MessageName,
  Messages,
  TickMessage,
  WaiveMessage,
} from '../people/message.js';
import type { Expected } from '../signing/signing.js';
import type { GoLiveState } from './state.js';

/** An optional field, left out when there is none: in a statement, absent and empty are two things. */
const reasonOf = (reason: string | undefined): { reason?: string } => (reason === undefined ? {} : { reason });

/**
 * What the statement of a message must say as things stand: the signer writes it so, and the go-live asks for it.
 *
 * @returns a sentence when nothing can be signed for this message now
 */
export function expectedStatement<N extends MessageName>(
  state: GoLiveState,
  name: N,
  message: Messages[N],
): Expected | string {
  const base = { goLive: state.id, plan: state.planDigest, digest: '', nonce: state.nonce ?? '' };
  switch (name) {
    case 'approve':
    case 'reject': {
      const { approval: about, role, by, reason, breakGlass } = message as ApproveMessage;
      const asked = state.approvals.find((candidate) => candidate.id === about);
      if (!asked) return `There is no approval '${about}'.`;
      if (asked.nonce === undefined) return `'${about}' has not been asked yet, so there is nothing to sign.`;
      return {
        ...base,
        message: name,
        about,
        digest: asked.digest,
        nonce: asked.nonce,
        role,
        by,
        meaning: asked.question,
        ...reasonOf(reason),
        ...(breakGlass === 'yes' ? { breakGlass: true } : {}),
      };
    }
    case 'tick': {
      const { item, role, by, note } = message as TickMessage;
      const text = state.checklist.find((candidate) => candidate.item === item)?.text;
      if (text === undefined) return `There is no checklist item '${item}'.`;
      return { ...base, message: 'tick', about: item, role, by, meaning: text, ...reasonOf(note) };
    }
    case 'choose': {
      const { choice, role, by, reason, rollback } = message as ChooseMessage;
      const { waiting } = state;
      if (waiting?.kind !== 'operator' || waiting.nonce === undefined) return 'No failure waits for a choice now.';
      const { id: about, nonce, text: meaning } = waiting;
      const named = rollback === undefined ? {} : { rollback };
      return { ...base, message: 'choose', about, nonce, role, by, meaning, choice, ...reasonOf(reason), ...named };
    }
    case 'waive': {
      const { gate, role, by, reason, until } = message as WaiveMessage;
      return { ...base, message: 'waive', about: gate, role, by, meaning: `Waive ${gate}`, reason, until };
    }
    default:
      return `'${name}' is not signed.`;
  }
}
