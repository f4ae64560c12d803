import type { Json, JsonObject } from '../../model/json.js';
import { lineReader, type Seen } from '../shared/lines.js';
import { numberIn } from '../shared/numbers.js';
import type { Account } from '../shared/reading.js';
import type { Encoding } from '../shared/text.js';

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]*\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}[ \t]*|[ \t]+)([^\s{]\S*)(?:[ \t]+(-?\d+(?:\.\d+)?))?(?:[ \t]+#[ \t].*)?[ \t]*$/;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\[\\"n])*)"[ \t]*(?:,|$)/y;
/** Bytes of the longest line: one with thousands of labels is taken apart in some milliseconds. */
const LONGEST = 128 * 1024;
/** Most series whose names are kept, so that one which comes again is known. */
const MOST_SERIES = 1_000_000;

/**
 * Reads samples of the Prometheus text format, a row each: `{name, labels, value}`. A value that is no finite number stays
 * text. A last line without its end, and what stands behind `# EOF`, are unreadable.
 *
 * @param row is given each row
 */
export function prometheusReader(encoding: Encoding, row: (row: Json) => void) {
  const seen = new Set<string>();
  let over = false;
  const take = (line: string, ended: boolean): Seen => {
    if (/^[ \t]*$/.test(line)) return 'left out';
    if (over) return { problem: 'stands behind the # EOF' };
    over = /^# EOF[ \t]*$/.test(line);
    if (over) return 'left out';
    if (!ended) return { problem: 'has no line end: it may be half-written' };
    if (/^[ \t]*#/.test(line)) return 'left out';
    const sample = sampleIn(line);
    if (sample === undefined) return { problem: 'is no sample' };
    const series = JSON.stringify([sample.name, sample.labels]);
    if (seen.has(series)) return { problem: `has the series of ${String(sample.name)} once more` };
    if (seen.size === MOST_SERIES) throw new Error(`it has more than ${MOST_SERIES} series`);
    seen.add(series);
    row(sample);
    return undefined;
  };
  const reader = lineReader({ encoding, longest: LONGEST }, ({ text, ended }) => take(text, ended));
  return {
    push: reader.push,
    /** @throws Error where there was no sample */
    end: (): Account => {
      const account = reader.end();
      if (seen.size + account.unreadable === 0) throw new Error('it holds no sample');
      return account;
    },
  };
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
