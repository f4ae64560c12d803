import { stringify } from 'csv-stringify/sync';
import { asStep } from '../shared/as-step.js';
import { readWhole } from '../shared/read-file.js';
import { type Finding, idOf } from './findings.js';
import { runTool } from './run-tool.js';
import { scanOutputs } from './security.scan.recompute.js';
import type { securityScan as kind } from './security.scan.kind.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const securityScan: HandlerOf<typeof kind> = {
  async do(input, context) {
    const kept =
      input.baseline === undefined ? undefined : await readWhole(context.path(input.baseline), 'The baseline');
    const { report, credentials, version, at } = await runTool(
      { ...input, file: input.report.file },
      'The scan',
      context,
    );
    await context.evidence.write('report.json', report);
    if (kept !== undefined) await context.evidence.write('baseline.json', kept);
    const scan = { at, version, credentials };
    await context.evidence.write('scan.json', `${JSON.stringify(scan)}\n`);
    const { outputs, findings } = asStep(
      () => scanOutputs(input, report, scan, kept),
      () => ({ evidence: context.evidence.refs() }),
    );
    await context.evidence.write('findings.csv', tableOf(findings));
    const { critical, high, medium, low, accepted, scanned } = outputs;
    return {
      outputs,
      summary: `${input.argv[0]} ${version}: ${critical} critical, ${high} high, ${medium} medium, ${low} low; ${accepted} reviewed${scanned === undefined ? '' : `; ${scanned} scanned`}`,
    };
  },
};

function tableOf(findings: readonly Finding[]): string {
  const rows = findings.map((one) => [one.severity, one.rule, one.path, one.line ?? '', one.message, idOf(one)]);
  return stringify([['severity', 'rule', 'path', 'line', 'message', 'id'], ...rows], { escape_formulas: true });
}
