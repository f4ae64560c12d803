import { MESSAGES, type MessageName, type Messages } from '../people/message.js';
import type { Expected } from '../signing/signing.js';
import type { GoLiveState } from './state.js';

/** In a statement, absent and empty are two things: a field that was not given is left out. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

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
  const { says } = MESSAGES[name];
  const said = says(message, state);
  if (typeof said === 'string') return said;
  const { id: goLive, planDigest: plan, nonce = '' } = state;
  return given({ goLive, plan, message: name, digest: '', nonce, ...said });
}
