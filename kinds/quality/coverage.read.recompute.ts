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

/** Sources of the commit, with their lines that are not empty. */
export const sourcesSchema = z.array(z.object({ file: z.string(), lines: z.int() }));
type Sources = z.infer<typeof sourcesSchema>;

/** The step leaves the report as it was read, less credentials, with when it was written, and what sources there are. */
export const recomputeCoverageRead: RecomputeOf<typeof kind> = async (input, read) => {
  const [said, report] = [read('read.json'), read('coverage.lcov') ?? read('coverage.xml') ?? read('coverage.json')];
  const listed = read('sources.json');
  if (said === undefined || report === undefined || (input.tree !== undefined && listed === undefined))
    return undefined;
  const sources = listed === undefined ? undefined : sourcesSchema.parse(exactJson(listed.toString('utf8')));
  return (await coverageOf(input, report, readSchema.parse(exactJson(said.toString('utf8'))), sources)).outputs;
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

/** Reads a report of a step. @throws ReadingError as `readCoverage` */
export async function reportOf(input: Input, bytes: Uint8Array, root: string) {
  const how = { format: input.format ?? formatIn(bytes), path: input.file, nameOf: nameIn(root) };
  return readCoverage(bytes, how);
}

/** Whether a file is a source: one that the step does not exclude. */
export function sourceTest({ exclude }: Pick<Input, 'exclude'>): (file: string) => boolean {
  const out = exclude.map((one) => globMatcher(one));
  return (file) => !out.some((matches) => matches(file));
}

/**
 * The outputs of a report, with its files and those of each critical path.
 *
 * @param sources those of the commit; without them, the report says what there is
 * @throws ReadingError as `readCoverage` and `refuseOlder`, and EXPECTATION_FAILED for a pattern of a critical path that
 *   matches nothing that can be hit, and for a report of no source
 */
export async function coverageOf(input: Input, bytes: Uint8Array, read: Read, sources?: Sources) {
  const { format, files: told, missed, at } = await reportOf(input, bytes, read.root);
  const written = Math.min(Date.parse(read.written), at ?? Number.POSITIVE_INFINITY);
  refuseOlder(`The report ${input.file}`, written, input.newerThan);
  const { files, unmeasured, share: toldShare } = measuredIn(input, told, sources);
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
    others: told.length - (files.length - unmeasured.size),
    unmeasured: unmeasured.size,
    ...(toldShare === undefined ? {} : { told: toldShare }),
    format,
    written: new Date(written).toISOString(),
    credentials: read.credentials,
  };
  return { outputs, files, paths, unmeasured, missed };
}

/** The sources: what the report tells of them, and those that it does not tell of, of which no line was hit. */
function measuredIn(input: Input, told: readonly FileCoverage[], sources: Sources | undefined) {
  const isSource = sourceTest(input);
  const lines = sources === undefined ? undefined : new Map(sources.map((one) => [one.file, one.lines]));
  const files = told.filter(({ file }) => isSource(file) && (lines === undefined || lines.has(file)));
  if (sum(files, 'lines') === 0) {
    const what = lines === undefined ? 'no line of a source' : `no line of the ${lines.size} sources of the commit`;
    throw new ReadingError(
      'EXPECTATION_FAILED',
      `The report ${input.file} tells of ${what}: its files are such as ${told[0]?.file ?? ''}, so nothing was measured.`,
    );
  }
  const known = new Set(files.map(({ file }) => file));
  const left = [...(lines ?? [])].filter(([file, count]) => !known.has(file) && count > 0);
  const nothing = { covered: 0, functions: 0, coveredFunctions: 0, branches: 0, coveredBranches: 0 };
  const whole = files.reduce((total, { file }) => total + (lines?.get(file) ?? 0), 0);
  return {
    files: [...files, ...left.map(([file, count]) => ({ file, lines: count, ...nothing }))],
    unmeasured: new Set(left.map(([file]) => file)),
    // A line of a report may be none that is written, such as one of a generated end.
    share: whole === 0 ? undefined : Math.min(100, (100 * sum(files, 'lines')) / whole),
  };
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
