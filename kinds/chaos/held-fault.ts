import type { JsonObject } from '../../model/json.js';

/** A fault in the hands of its holder. */
export interface HeldFault {
  /**
   * Puts it in.
   *
   * @returns what shows that it is in
   * @throws Error where it cannot be put in, or not be seen in; what was done of it is taken out by `lift`
   */
  inject(signal: AbortSignal): Promise<JsonObject>;
  /** Why it is not in any more, or must not be; undefined while all is well. */
  problem(): Promise<string | undefined>;
  /** Takes it out, and sees that it is out; safe after any part of `inject`, and twice. */
  lift(): Promise<JsonObject>;
}
