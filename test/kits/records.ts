/** Records as the text of a file of JSON lines. */
export const jsonLines = (records: readonly object[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** A time so many milliseconds before now, ISO 8601. */
export const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
