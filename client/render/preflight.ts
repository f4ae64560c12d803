import { type Finding, inOrder, type Standing } from '../../model/preflight/finding.js';
import type { Style } from './style.js';
import { clean, pad, width } from './text.js';

const MARKS: Record<Standing, string> = { there: '✓', doubtful: '?', missing: '✗' };
/** Longest that a cell of the table is; the whole stands in `--json`. */
const WHAT = 40;
const WHERE = 60;

/**
 * The table of a preflight: what is looked for, where the runbook names it, what was found; below each that is not there,
 * what to do next.
 *
 * @param placeOf gives `file:line` of a step
 */
export function preflightTable(findings: readonly Finding[], placeOf: (where: string) => string, style: Style): string {
  const rows = inOrder(findings).map((finding) => ({
    ...finding,
    what: clean(finding.what, WHAT),
    where: clean(placeOf(finding.where), WHERE),
  }));
  const widest = (of: 'area' | 'what' | 'where'): number => Math.max(0, ...rows.map((row) => width(row[of])));
  const [area, what, where] = [widest('area'), widest('what'), widest('where')];
  const paint: Record<Standing, (text: string) => string> = {
    there: style.good,
    doubtful: style.warn,
    missing: style.bad,
  };
  return rows
    .flatMap((row) => [
      `${paint[row.standing](MARKS[row.standing])} ${pad(row.area, area)}  ${pad(row.what, what)}  ${pad(row.where, where)}  ${clean(row.found, 400)}`,
      ...(row.standing === 'there' || row.next === undefined
        ? []
        : [`${' '.repeat(area + 4)}${style.dim(`→ ${clean(row.next, 300)}`)}`]),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
