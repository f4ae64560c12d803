/** A connection or key that may not be used: what is wrong, and what to do next. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
