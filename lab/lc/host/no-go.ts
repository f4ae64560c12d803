import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../cases/prng.js';
import type { Manifest } from '../cases/build.js';

const CLASSES = ['pass', 'warn', 'reject', 'blocked'];
/** When the failed cycle ran; fixed, so that a seed gives the same bytes. */
const CYCLE_START = Date.UTC(2026, 10, 20, 14, 0, 0);

/**
 * The results of the earlier cycle, in which every case came back blocked: right only for those expected blocked.
 *
 * @param right every case came back as expected, in place of that
 */
export function writeEarlierResults(folder: string, smoke: Manifest, right = false): void {
  mkdirSync(folder, { recursive: true });
  const random = Random.named(smoke.seed, 'earlier cycle');
  let at = CYCLE_START;
  const lines = smoke.cases.map((one) => {
    at += 3000 + random.int(5, 60);
    return {
      case_id: one.id,
      scenario: one.scenario,
      expected: one.expected,
      verdict: right ? one.expected : 'blocked',
      http_status: 200,
      attempts: 1,
      sent_at: new Date(at).toISOString(),
      duration_ms: random.int(8, 40),
      structured_result: {
        lc_detected: false,
        documents_present: {},
        extraction_summary: { documents: one.documents.length, fields_extracted: 0, fields_expected: 0, confidence: 0 },
        issues: [
          {
            code: 'credit-unreadable',
            severity: 'critical',
            field: 'letter_of_credit',
            message: 'no document was recognised as the credit',
          },
        ],
      },
    };
  });
  const agreed = lines.filter(({ expected, verdict }) => expected === verdict).length;
  const metrics = {
    set: smoke.set,
    seed: smoke.seed,
    cases: lines.length,
    verdicts: right ? smoke.counts.expected : { blocked: lines.length },
    accuracy: agreed / lines.length,
    recall_pass: right ? 1 : 0,
    critical_false_pass: 0,
    decision: right ? 'GO' : 'NO-GO',
    started_at: new Date(CYCLE_START).toISOString(),
    finished_at: new Date(at).toISOString(),
  };
  const matrix = [['expected', ...CLASSES].join(',')];
  for (const [expected, count] of Object.entries(smoke.counts.expected)) {
    const cells = CLASSES.map((verdict) => (verdict === (right ? expected : 'blocked') ? count : 0));
    matrix.push([expected, ...cells].join(','));
  }
  writeFileSync(join(folder, 'day2_results.jsonl'), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  writeFileSync(join(folder, 'metrics_summary.json'), `${JSON.stringify(metrics, null, 2)}\n`);
  writeFileSync(join(folder, 'confusion_matrix.csv'), `${matrix.join('\n')}\n`);
}
