import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { jsonReader, valueAt } from '../shared/jsonl.js';
import { type Account, countUnreadable } from '../shared/reading.js';
import type { CaseResult } from './metrics.js';
import { VERDICT_CLASSES } from './verdict-class.js';

/** How another program names what is compared, and its verdicts. */
export interface OtherNames {
  columns: { id: string; expected: string; verdict: string };
  classes: Record<string, string>;
}

/** Reads `results.jsonl` of a run: a result a line, each case once. @param names where another program wrote it */
export function readResults(bytes: Uint8Array, names?: OtherNames): { results: CaseResult[]; account: Account } {
  const results: CaseResult[] = [];
  const ids = new Set<string>();
  const reader = jsonReader((value) => {
    const own = names && isJsonObject(value) ? inOwnNames(value, names) : value;
    if (!isJsonObject(own) || !isResult(own)) return { problem: 'is no result of a case' };
    const result = own as unknown as CaseResult;
    if (ids.has(result.id)) return { problem: `has the case '${result.id}' once more` };
    ids.add(result.id);
    results.push(result);
    return undefined;
  });
  reader.push(bytes);
  const account = reader.end();
  if (results.length + account.unreadable === 0) countUnreadable(account, 'it holds no result');
  return { results, account };
}

function inOwnNames(line: JsonObject, { columns, classes }: OtherNames): JsonObject {
  const word = (name: string): Json => {
    const value = valueAt(line, name) ?? null;
    return typeof value === 'string' && Object.hasOwn(classes, value) ? (classes[value] ?? value) : value;
  };
  return { id: valueAt(line, columns.id) ?? null, expected: word(columns.expected), verdict: word(columns.verdict) };
}

/** What of a result is compared and counted. */
function isResult({ id, expected, verdict }: JsonObject): boolean {
  const known = (value: unknown): boolean => VERDICT_CLASSES.some((one) => one === value);
  return typeof id === 'string' && known(expected) && (verdict === null || known(verdict));
}
