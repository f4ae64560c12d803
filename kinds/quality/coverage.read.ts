import { isAbsolute, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { countText } from '../../model/judge/count-text.js';
import { counted } from '../../model/text/counted.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { asStepLater } from '../shared/as-step.js';
import { readDated } from '../shared/read-file.js';
import type { FileCoverage } from '../record/lcov.js';
import type { coverageRead as kind } from './coverage.read.kind.js';
import { coverageOf, formatIn, reportOf, share } from './coverage.read.recompute.js';
import { coveragePage } from './coverage-page.js';
import { sourcesIn } from './coverage-sources.js';

const SUFFIX = { lcov: 'lcov', cobertura: 'xml', istanbul: 'json', 'istanbul-summary': 'json' } as const;
/** Most of a report that is read, in bytes: as JSON it is in memory as a whole. */
const LARGEST = 64 * 1024 * 1024;

export const coverageRead: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { bytes: whole, written } = await readDated(context.path(input.file), 'The coverage report', LARGEST);
    // The figures are of what an auditor has: the report without credentials.
    const { bytes, credentials } = await context.bytesWithoutCredentials(whole);
    const { root = '.' } = input;
    const read = {
      root: isAbsolute(root) || /^[A-Za-z]:/.test(root) ? root : resolve(context.task.goLive.baseDir, root),
      written: written.toISOString(),
      credentials,
    };
    await context.evidence.write(`coverage.${SUFFIX[input.format ?? formatIn(bytes)]}`, bytes);
    await context.evidence.write('read.json', `${JSON.stringify(read)}\n`);
    const refs = () => ({ evidence: context.evidence.refs() });
    const sources =
      input.tree === undefined
        ? undefined
        : await sourcesIn(input, await asStepLater(() => reportOf(input, bytes, read.root), refs), context);
    if (sources !== undefined) await context.evidence.write('sources.json', `${JSON.stringify(sources)}\n`);
    const { outputs, files, paths, unmeasured, missed } = await asStepLater(
      () => coverageOf(input, bytes, read, sources),
      refs,
    );
    await context.evidence.write(
      'files.csv',
      tableOf(
        'file',
        files.map((one) => [one.file, [one]]),
        unmeasured,
      ),
    );
    await context.evidence.write(
      'critical.csv',
      tableOf(
        'path',
        paths.map((one) => [one.name, one.files]),
        unmeasured,
      ),
    );
    await context.evidence.write(
      'index.html',
      await coveragePage({ report: input.file, files, paths, unmeasured, missed }),
    );
    const { lines, worst, criticalPercent = 0 } = outputs;
    const least = worst === undefined ? '' : `; least of the critical paths ${worst}: ${countText(criticalPercent)} %`;
    const left = outputs.unmeasured === 0 ? '' : `, ${outputs.unmeasured} of them not measured`;
    return {
      outputs,
      summary: `${countText(lines)} % of ${counted(outputs.allLines, 'line')} in ${counted(outputs.files, 'file')}${left}${least}`,
    };
  },
};

function tableOf(
  first: string,
  rows: readonly (readonly [string, readonly FileCoverage[]])[],
  unmeasured: ReadonlySet<string>,
): string {
  const cell = (value: number | undefined): string => (value === undefined ? '' : countText(value));
  const lines = rows.map(([name, files]) => [
    name,
    files.reduce((sum, one) => sum + one.lines, 0),
    cell(share(files, 'covered', 'lines')),
    cell(share(files, 'coveredBranches', 'branches')),
    cell(share(files, 'coveredFunctions', 'functions')),
    files.filter(({ file }) => unmeasured.has(file)).length,
  ]);
  const header = [first, 'lines', 'lines percent', 'branches percent', 'functions percent', 'files not measured'];
  return stringify([header, ...lines], { escape_formulas: true });
}
