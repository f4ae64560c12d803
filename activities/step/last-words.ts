/** Lines that are kept of what a program said before it failed; the whole is in the evidence. */
const LINES = 5;
/** A last line that is longer is no cause any more, but a dump. */
const CLAUSE = 200;
/** Among the last so many lines the cause is looked for: behind it often stands where it happened, or a version. */
const LOOKED_AT = 20;
const CAUSE = /error|fatal|panic|exception|fail|denied|refused|cannot|unable|not found|no such/i;

/**
 * What a program said last, for the failure that ends with it.
 *
 * @returns `clause` goes behind "ended with code 1": the last line that names a cause, else the last; `said` are the last
 *   lines, where there are more
 */
export function lastWords(text: string): { clause: string; said?: string } {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const recent = lines.slice(-LOOKED_AT);
  const last = (recent.findLast((line) => CAUSE.test(line)) ?? lines.at(-1))?.trim();
  if (last === undefined) return { clause: '' };
  const points = [...last];
  const clause = `; it last said: ${points.length > CLAUSE ? `${points.slice(0, CLAUSE).join('')}…` : last}`;
  return lines.length === 1 && points.length <= CLAUSE ? { clause } : { clause, said: lines.slice(-LINES).join('\n') };
}
