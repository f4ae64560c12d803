import type { LogTail } from './contract.js';

/** Compose puts the container before each line: `web-1  | text`; a bar of progress in it holds carriage returns. */
const PREFIXED = /^(\S+)\s*\| ?(.*)$/s;

/**
 * The last lines of a service's containers, from what `docker compose logs` printed.
 *
 * @param tail lines of each container; one more was asked for, to know whether there is more
 * @param several more than one container: each line begins with its container's name
 * @param truncated not all of the output was kept
 */
export function tailOf(text: string, tail: number, several: boolean, truncated: boolean): LogTail {
  const byContainer = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const [, container = '', rest = line] = (several && PREFIXED.exec(line)) || [];
    const own = byContainer.get(container);
    if (own) own.push(rest);
    else byContainer.set(container, [rest]);
  }
  const kept = [...byContainer].map(([container, lines]) => ({ container, lines: lines.slice(-tail) }));
  return {
    lines: kept.flatMap(({ lines }) => lines),
    shown: kept.flatMap(({ container, lines }) => lines.map((line) => (several ? `${container} | ${line}` : line))),
    cut: truncated || [...byContainer.values()].some((lines) => lines.length > tail),
  };
}
