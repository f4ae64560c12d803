import type { JsonObject } from '../../model/json.js';
import { lineReader } from '../shared/lines.js';
import { numberIn } from '../shared/numbers.js';
import type { Account } from '../shared/reading.js';

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]*\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}[ \t]*|[ \t]+)([^\s{]\S*)(?:[ \t]+(-?\d+(?:\.\d+)?))?(?:[ \t]+#[ \t].*)?[ \t]*$/;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\[\\"n])*)"[ \t]*(?:,|$)/y;

/**
 * Samples of the Prometheus text format, a row each: `{name, labels, value}`. A value that is no finite number stays text.
 *
 * @throws Error when there are none
 */
export function prometheusRows(text: string): { rows: JsonObject[]; account: Account } {
  const rows: JsonObject[] = [];
  const seen = new Set<string>();
  const reader = lineReader({}, ({ text: line, ended }) => {
    if (/^[ \t]*(#|$)/.test(line)) return 'left out';
    if (!ended) return { problem: 'has no line end: it may be half-written' };
    const row = sampleIn(line);
    if (row === undefined) return { problem: 'is no sample' };
    const series = JSON.stringify([row.name, row.labels]);
    if (seen.has(series)) return { problem: `has the series of ${String(row.name)} once more` };
    seen.add(series);
    rows.push(row);
    return undefined;
  });
  reader.push(Buffer.from(text));
  const account = reader.end();
  if (rows.length + account.unreadable === 0) throw new Error('it holds no sample');
  return { rows, account: { ...account, looked: 0, leftOut: 0 } };
}

function sampleIn(line: string): JsonObject | undefined {
  const [, name, said = '', value = ''] = SAMPLE.exec(line.trim()) ?? [];
  const labels = labelsIn(said);
  return name === undefined || labels === undefined ? undefined : { name, labels, value: numberIn(value) ?? value };
}

const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** Names in order, so that a series is known again. */
function labelsIn(text: string): JsonObject | undefined {
  const labels = new Map<string, string>();
  let at = 0;
  while (at < text.length && text.slice(at).trim() !== '') {
    LABEL.lastIndex = at;
    const [whole, name, value = ''] = LABEL.exec(text) ?? [];
    if (whole === undefined || name === undefined || labels.has(name)) return undefined;
    const plain = value.replace(/\\[\\"n]/g, (escape) => ESCAPED[escape] ?? escape);
    labels.set(name, plain);
    at += whole.length;
  }
  return Object.fromEntries([...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
