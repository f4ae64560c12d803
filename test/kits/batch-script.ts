import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../model/json.js';

/** What a team's script writes of the cases of `caseManifest(…, { pass: 2, reject: 1 })`, in its own words. */
export const BATCH_ROWS = [
  { case_id: 'pass-0', gold: 'OK', decision: 'OK', http_status: 200, tries: 1, stub: false },
  { case_id: 'pass-1', gold: 'OK', decision: 'HOLD', http_status: 200, tries: 3, stub: false },
  { case_id: 'reject-0', gold: 'NO', decision: 'NO', http_status: 200, tries: 1, stub: false },
];
const WORDS = { OK: 'pass', NO: 'reject', HOLD: 'warn', STUCK: 'blocked' };
const COLUMNS = { expected: 'gold', verdict: 'decision', attempts: 'tries' };

/**
 * Writes batch.mjs, a batch script.
 *
 * @param body JavaScript: `out` is its file, `good` the rows above, `write` appends a text, `row` a line, `rest` waits
 */
export function batchScript(folder: string, body: string): void {
  const head = `import fs from 'node:fs';
const out = process.argv[2];
const write = (text) => fs.appendFileSync(out, text);
const row = (value) => write(JSON.stringify(value) + '\\n');
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const good = ${JSON.stringify(BATCH_ROWS)};
`;
  writeFileSync(join(folder, 'batch.mjs'), head + body);
}

/** Input of `cases.run` that has batch.mjs send the cases. @param more laid over its `runner` */
export function batchInput(more: JsonObject = {}): JsonObject {
  return {
    manifest: 'manifest.json',
    url: 'http://127.0.0.1:9/api/validate/',
    minInterval: 0,
    retries429: 6,
    runner: {
      argv: [process.execPath, 'batch.mjs', '{file}', '{manifest}', '{url}', '{minInterval}', '{retries}', '{run}'],
      file: 'rows.jsonl',
      columns: COLUMNS,
      classes: WORDS,
      ...more,
    },
  };
}
