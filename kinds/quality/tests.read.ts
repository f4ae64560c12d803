import { stringify } from 'csv-stringify/sync';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';
import { asStep, asStepLater } from '../shared/as-step.js';
import { findFiles } from '../shared/find-files.js';
import { readDated } from '../shared/read-file.js';
import type { TestCase } from './test-cases.js';
import type { testsRead as kind } from './tests.read.kind.js';
import { type Read, reportName, testsOf } from './tests.read.recompute.js';

/** Most of all reports together, in bytes. */
const LARGEST = 256 * 1024 * 1024;

export const testsRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const names = await findFiles(input.files, 'reports', context);
    const reports: Buffer[] = [];
    const read: Read = { files: [], credentials: 0 };
    let size = 0;
    for (const [at, name] of names.entries()) {
      const { bytes: whole, written } = await readDated(context.path(name), 'The test report', LARGEST);
      size += whole.length;
      if (size > LARGEST) throw new StepError('BAD_INPUT', `The reports have more than ${LARGEST} bytes together.`);
      // The counts are of what an auditor has: the reports without credentials.
      const { bytes, credentials } = await context.bytesWithoutCredentials(whole);
      await context.evidence.write(reportName(at), bytes);
      reports.push(bytes);
      read.files.push({ name, written: written.toISOString() });
      read.credentials += credentials;
    }
    await context.evidence.write('read.json', `${JSON.stringify(read)}\n`);
    const refs = () => ({ evidence: context.evidence.refs() });
    const { outputs, cases, problem } = await asStepLater(() => testsOf(input, reports, read), refs);
    await context.evidence.write('inventory.csv', inventoryOf(cases));
    await context.evidence.write('collection-errors.csv', listOf(cases.filter((one) => one.uncollected)));
    const isBad = ({ status, uncollected }: TestCase) => !uncollected && (status === 'failed' || status === 'error');
    await context.evidence.write('failures.csv', listOf(cases.filter(isBad)));
    asStep(() => {
      if (problem !== undefined) throw problem;
    }, refs);
    const { tests, passed, failed, errors, skipped, collectionErrors } = outputs;
    return {
      outputs,
      summary: `${counted(tests, 'test')} in ${counted(outputs.modules, 'module')}: ${passed} passed, ${failed} failed, ${errors} with an error, ${skipped} skipped; ${counted(collectionErrors, 'collection error')}`,
    };
  },
};

/** Tests by module: what was collected, and what of it came out how. */
function inventoryOf(cases: readonly TestCase[]): string {
  const modules = grouped(cases);
  const rows = [...modules].map(([module, own]) => {
    const of = (status: TestCase['status']): number =>
      own.filter((one) => !one.uncollected && one.status === status).length;
    const uncollected = own.filter((one) => one.uncollected).length;
    const seconds = own.reduce((sum, one) => sum + one.seconds, 0);
    return [
      module,
      own.length - uncollected,
      of('passed'),
      of('failed'),
      of('error'),
      of('skipped'),
      uncollected,
      seconds.toFixed(3),
    ];
  });
  const header = ['module', 'tests', 'passed', 'failed', 'errors', 'skipped', 'collection errors', 'seconds'];
  return stringify([header, ...rows], { escape_formulas: true });
}

function grouped(cases: readonly TestCase[]): Map<string, TestCase[]> {
  const modules = new Map<string, TestCase[]>();
  for (const one of cases) {
    const own = modules.get(one.module);
    if (own) own.push(one);
    else modules.set(one.module, [one]);
  }
  return modules;
}

function listOf(cases: readonly TestCase[]): string {
  const rows = cases.map(({ module, name, status, cause }) => [module, name, status, cause]);
  return stringify([['module', 'name', 'status', 'cause'], ...rows], { escape_formulas: true });
}
