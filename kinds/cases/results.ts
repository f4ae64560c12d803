import { isJsonObject, type JsonObject } from '../../model/json.js';
import { jsonReader } from '../shared/jsonl.js';
import { type Account, countUnreadable } from '../shared/reading.js';
import type { CaseResult } from './metrics.js';
import { VERDICT_CLASSES } from './verdict-class.js';

/** Reads `results.jsonl` of a run: a result a line, each case once. */
export function readResults(bytes: Uint8Array): { results: CaseResult[]; account: Account } {
  const results: CaseResult[] = [];
  const ids = new Set<string>();
  const reader = jsonReader((value) => {
    if (!isJsonObject(value) || !isResult(value)) return { problem: 'is no result of a case' };
    const result = value as unknown as CaseResult;
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

/** What of a result is compared and counted. */
function isResult({ id, expected, verdict }: JsonObject): boolean {
  const known = (value: unknown): boolean => VERDICT_CLASSES.some((one) => one === value);
  return typeof id === 'string' && known(expected) && (verdict === null || known(verdict));
}
