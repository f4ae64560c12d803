import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { baselineOf, countFindings } from './findings.js';
import { readReport, refuseProblems } from './scan-report.js';
import type { securityScan as kind } from './security.scan.kind.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the report itself does not say. */
export const scanSchema = z.object({ at: z.iso.datetime(), version: z.string(), credentials: z.int() });
export type Scan = z.infer<typeof scanSchema>;

/** The step leaves the report as the scanner wrote it, less credentials, and the baseline that it was held against. */
export const recomputeSecurityScan: RecomputeOf<typeof kind> = (input, read) => {
  const [report, scan, baseline] = [read('report.json'), read('scan.json'), read('baseline.json')];
  if (report === undefined || scan === undefined) return undefined;
  return scanOutputs(input, report, scanSchema.parse(exactJson(scan.toString('utf8'))), baseline).outputs;
};

/**
 * The outputs of a scan, with the findings.
 *
 * @throws ReadingError as `readReport` and `baselineOf`
 */
export function scanOutputs(input: Input, bytes: Uint8Array, scan: Scan, kept: Buffer | undefined) {
  const { findings, suppressed, problems, scanned } = readReport(bytes, input.report);
  refuseProblems(problems, input.report.problemsAtMost);
  const baseline =
    kept === undefined ? [] : baselineOf(exactJson(kept.toString('utf8')), input.baseline ?? 'The baseline');
  const counts = countFindings(findings, baseline, new Date(scan.at));
  const outputs = {
    ...counts,
    suppressed,
    problems: problems.length,
    ...(scanned === undefined ? {} : { scanned }),
    version: scan.version,
    credentials: scan.credentials,
  };
  return { outputs, findings };
}
