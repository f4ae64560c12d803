import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import { asStep } from '../shared/as-step.js';
import { readWhole } from '../shared/read-file.js';
import { runTool } from './run-tool.js';
import { sbomOutputs } from './security.sbom.recompute.js';
import type { securitySbom as kind } from './security.sbom.kind.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';

const LARGEST_LIST = 64 * 1024 * 1024;

export const securitySbom: HandlerOf<typeof kind> = {
  async do(input, context) {
    const path = context.path('npm' in input.lock ? input.lock.npm : input.lock.requirements);
    const { bytes: lock } = await context.bytesWithoutCredentials(await readWhole(path, 'The lock file', LARGEST_LIST));
    const { report, ...run } = await sbomOf(input.sbom, context);
    await context.evidence.write('sbom.json', report);
    await context.evidence.write('lock.txt', lock);
    await context.evidence.write('sbom-run.json', `${JSON.stringify(run)}\n`);
    const { outputs, differences } = asStep(
      () => sbomOutputs(input, report, lock, run),
      () => ({ evidence: context.evidence.refs() }),
    );
    const rows = differences.map(({ component, why }) => [component, why]);
    await context.evidence.write(
      'differences.csv',
      stringify([['component', 'why'], ...rows], { escape_formulas: true }),
    );
    const { components, locked, missing, extra, unpinned, local } = outputs;
    const same = missing + extra === 0 ? 'the same' : `${missing} missing, ${extra} more`;
    return {
      outputs,
      summary: `${components} components in the SBOM, ${locked} in the lock file: ${same}; ${unpinned} not pinned${local === 0 ? '' : `; ${local} of the project itself`}`,
    };
  },
};

type Sbom = z.infer<(typeof kind)['input']>['sbom'];

async function sbomOf(sbom: Sbom, context: StepContext) {
  if ('argv' in sbom) {
    const { report, credentials, version } = await runTool(sbom, 'The SBOM', context);
    return { report, credentials, version };
  }
  const whole = await readWhole(context.path(sbom.read), 'The SBOM', LARGEST_LIST);
  const { bytes, credentials } = await context.bytesWithoutCredentials(whole);
  return { report: bytes, credentials };
}
