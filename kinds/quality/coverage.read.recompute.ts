import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import { globMatcher } from '../shared/glob.js';
import { refuseOlder } from '../shared/newer.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import type { FileCoverage } from '../record/lcov.js';
import { nameIn, readCoverage } from './coverage-files.js';
import type { coverageRead as kind, CoverageFormat } from './coverage.read.kind.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the report itself does not say. */
const readSchema = z.object({ root: z.string(), written: z.iso.datetime(), credentials: z.int() });
export type Read = z.infer<typeof readSchema>;

/** The step leaves the report as it was read, less credentials, with when it was written. */
export const recomputeCoverageRead: RecomputeOf<typeof kind> = async (input, read) => {
  const [said, report] = [read('read.json'), read('coverage.lcov') ?? read('coverage.xml') ?? read('coverage.json')];
  if (said === undefined || report === undefined) return undefined;
  return (await coverageOf(input, report, readSchema.parse(exactJson(said.toString('utf8'))))).outputs;
};

/** The format of a report, by what it begins with. */
export function formatIn(bytes: Uint8Array): CoverageFormat {
  const head = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (head.startsWith('<')) return 'cobertura';
  if (!head.startsWith('{')) return 'lcov';
  return /"(?:statementMap|fnMap|inputSourceMap)"/.test(head) || !/"pct"/.test(head) ? 'istanbul' : 'istanbul-summary';
}

/**
 * The outputs of a report, with its files and those of each critical path.
 *
 * @throws ReadingError as `readCoverage` and `refuseOlder`, and EXPECTATION_FAILED for a pattern of a critical path that
 *   matches nothing that can be hit
 */
export async function coverageOf(input: Input, bytes: Uint8Array, read: Read) {
  const { format, files, at } = await readCoverage(bytes, {
    format: input.format ?? formatIn(bytes),
    path: input.file,
    nameOf: nameIn(read.root),
  });
  const written = Math.min(Date.parse(read.written), at ?? Number.POSITIVE_INFINITY);
  refuseOlder(`The report ${input.file}`, written, input.newerThan);
  const paths = Object.entries(input.critical).map(([name, globs]) => ({ name, files: filesOf(name, globs, files) }));
  const critical = paths.map((one) => [one.name, share(one.files, 'covered', 'lines') ?? 0] as const);
  const [worst] = critical.toSorted(([, a], [, b]) => a - b);
  const lines = share(files, 'covered', 'lines') ?? 0;
  const branches = share(files, 'coveredBranches', 'branches');
  const functions = share(files, 'coveredFunctions', 'functions');
  const outputs = {
    lines,
    ...(branches === undefined ? {} : { branches }),
    ...(functions === undefined ? {} : { functions }),
    ...(worst === undefined ? {} : { worst: worst[0], criticalPercent: worst[1] }),
    critical: Object.fromEntries(critical),
    files: files.length,
    allLines: sum(files, 'lines'),
    hitLines: sum(files, 'covered'),
    format,
    written: new Date(written).toISOString(),
    credentials: read.credentials,
  };
  return { outputs, files, paths };
}

/** The files of a critical path, each once. */
function filesOf(name: string, globs: readonly string[], files: readonly FileCoverage[]): FileCoverage[] {
  const found = new Set<FileCoverage>();
  for (const source of globs) {
    const matches = globMatcher(source);
    const own = files.filter(({ file }) => matches(file));
    if (sum(own, 'lines') === 0) {
      const why = own.length === 0 ? `matches none of the ${files.length} files` : 'matches only files without a line';
      throw new ReadingError(
        'EXPECTATION_FAILED',
        `The critical path ${name} is not measured: ${source} ${why}, such as ${files[0]?.file ?? ''}.`,
      );
    }
    for (const one of own) found.add(one);
  }
  return [...found];
}

type Figure = Exclude<keyof FileCoverage, 'file'>;

function sum(files: readonly FileCoverage[], figure: Figure): number {
  return files.reduce((total, one) => total + one[figure], 0);
}

/** In percent; nothing of nothing. */
export function share(files: readonly FileCoverage[], hit: Figure, all: Figure): number | undefined {
  const total = sum(files, all);
  return total === 0 ? undefined : (100 * sum(files, hit)) / total;
}
