import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { sha256 } from '../../evidence/hash.js';
import { nodesAt } from '../shared/json-path.js';
import { ReadingError } from '../shared/reading.js';
import { readJson } from '../shared/json.js';
import { matches, valueAt } from '../shared/jsonl.js';
import { numberIn } from '../shared/numbers.js';
import type { BatchFields } from './batch-fields.js';
import type { CaseResult, Untold } from './metrics.js';
import { type VerdictClass, VERDICT_CLASSES } from './verdict-class.js';

/** A case as the manifest has it. */
export type KnownCase = Pick<CaseResult, 'id' | 'scenario' | 'expected'>;

/** What one line says of a case; when it was read is not in it. */
export type BatchRow = Omit<CaseResult, 'startedAt' | 'at' | 'ms'> & { ms?: number };

/** What a line came to: a row, `left out` by `where`, or why it is no result of a case. */
export type RowRead = { row: BatchRow } | 'left out' | { problem: string };

type How = Pick<BatchFields, 'columns' | 'classes' | 'where'>;

const LONGEST_SHOWN = 40;
const TOO_MANY_REQUESTS = 429;
const OK = 200;
/** A time that is longer says nothing of a case: a year. */
const LONGEST_SECONDS = 366 * 24 * 3600;

/**
 * Reads one line of a batch script. Pure: the auditor reads it again.
 *
 * @param text without secrets
 * @param known the cases of the manifest by id
 */
export function rowOf(text: string, known: ReadonlyMap<string, KnownCase>, how: How): RowRead {
  const { value, why } = readJson(text);
  if (why !== undefined)
    return { problem: /\b(?:NaN|Infinity)\b/.test(text) ? `${why} (NaN and Infinity are none)` : why };
  if (!isJsonObject(value)) return { problem: 'is no JSON object' };
  if (how.where && !matches(value, how.where)) return 'left out';
  const at = (name: keyof How['columns']): Json | undefined => valueOf(value, how.columns[name]);
  try {
    return rowIn(text, value, at, known, how);
  } catch (error) {
    if (error instanceof ReadingError) return { problem: `cannot be read: ${error.message.replace(/\.$/, '')}` };
    throw error;
  }
}

function rowIn(
  text: string,
  value: JsonObject,
  at: (name: keyof How['columns']) => Json | undefined,
  known: ReadonlyMap<string, KnownCase>,
  how: How,
): RowRead {
  const id = wordOf(at('id'));
  if (id === undefined)
    return { problem: `has no ${shown(how.columns.id)} for the id of a case; it has ${namesOf(value)}` };
  const one = known.get(id);
  if (!one) return { problem: `has the case ${shown(id)}, which the manifest lacks` };
  const oracle = at('expected');
  if (oracle !== undefined && classOf(oracle, how) !== one.expected) {
    return { problem: `expects ${shown(oracle)} of ${id}, and the manifest ${one.expected}` };
  }
  return { row: { ...one, ...answerIn(at, value, how), ...told(at), raw: text, sha256: sha256(text) } };
}

function answerIn(at: (name: keyof How['columns']) => Json | undefined, line: JsonObject, how: How) {
  const word = at('verdict');
  const status = numberIn(at('status'));
  // As of golive's own runner: what comes with another status is no answer to the case, whatever verdict stands beside it.
  const refused = isCount(status) && status !== OK;
  const verdict = refused ? null : (classOf(word, how) ?? null);
  const attempts = numberIn(at('attempts'));
  const stub = at('stub');
  const seconds = numberIn(at('seconds'));
  const untold: Untold[] = [
    ...(isCount(status) ? [] : (['status'] as const)),
    ...(isCount(attempts) && attempts > 0 ? [] : (['retries'] as const)),
    ...(typeof stub === 'boolean' ? [] : (['stub'] as const)),
  ];
  const exhausted429 = status === TOO_MANY_REQUESTS;
  return {
    verdict,
    status: isCount(status) ? status : 0,
    attempts: isCount(attempts) ? attempts : 0,
    retries429: isCount(attempts) ? Math.max(0, attempts - 1) : 0,
    exhausted429,
    stub: stub === true,
    ...(seconds === undefined || seconds < 0 || seconds > LONGEST_SECONDS ? {} : { ms: Math.round(seconds * 1000) }),
    ...(untold.length === 0 ? {} : { untold }),
    ...(verdict ? {} : { error: refused ? `status ${status}` : noVerdict(word, how, line) }),
  };
}

function noVerdict(word: Json | undefined, { columns }: How, line: JsonObject): string {
  if (word === undefined) return `no ${shown(columns.verdict)} for the verdict; the line has ${namesOf(line)}`;
  return `the verdict ${shown(word)} is none of ${VERDICT_CLASSES.join(', ')}, nor of \`classes\``;
}

/** What the line tells besides its verdict. */
function told(at: (name: keyof How['columns']) => Json | undefined) {
  const list = (value: Json | undefined): string[] =>
    Array.isArray(value) ? value.slice(0, 20).map((item) => (wordOf(item) ?? JSON.stringify(item)).slice(0, 80)) : [];
  const extraction = at('extraction');
  const lcDetected = at('lcDetected');
  const documentsPresent = at('documentsPresent');
  return {
    issues: list(at('issues')),
    severities: [...new Set(list(at('severities')))],
    structuredKeys: list(at('structuredKeys')),
    ...(extraction === undefined ? {} : { extraction }),
    ...(typeof lcDetected === 'boolean' ? { lcDetected } : {}),
    ...(documentsPresent === undefined ? {} : { documentsPresent }),
  };
}

function classOf(word: Json | undefined, { classes }: How): VerdictClass | undefined {
  const text = wordOf(word);
  if (text === undefined) return undefined;
  return Object.hasOwn(classes, text) ? classes[text] : VERDICT_CLASSES.find((known) => known === text);
}

/** A text or a number, as one word. */
function wordOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Several values of a list are the list; one is itself. */
function valueOf(line: JsonObject, column: string): Json | undefined {
  if (!column.startsWith('$')) return valueAt(line, column);
  const nodes = nodesAt(line, column);
  return nodes.length > 1 ? nodes : nodes[0];
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function shown(value: Json): string {
  return JSON.stringify(value).slice(0, LONGEST_SHOWN);
}

function namesOf(line: JsonObject): string {
  return Object.keys(line).slice(0, 12).join(', ') || 'nothing';
}
