import { z } from 'zod';
import { sha256 } from '../../evidence/hash.js';
import { counted } from '../../model/text/counted.js';
import { readable } from '../../model/text/readable.js';
import { exactJson } from '../shared/json.js';
import { refuseOlder } from '../shared/newer.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { begunIn, readTestCases, type TestCase } from './test-cases.js';
import type { testsRead as kind } from './tests.read.kind.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the reports themselves do not say. */
const readSchema = z.object({
  files: z.array(z.object({ name: z.string(), written: z.iso.datetime() })).min(1),
  credentials: z.int(),
});
export type Read = z.infer<typeof readSchema>;

const SHOWN = 10;
/** UTF-16 units of each. */
const SHOWN_LENGTH = 300;

/** The step leaves each report as it was read, less credentials, with when it was written. */
export const recomputeTestsRead: RecomputeOf<typeof kind> = async (input, read) => {
  const said = read('read.json');
  if (said === undefined) return undefined;
  const all = readSchema.parse(exactJson(said.toString('utf8')));
  const reports = all.files.flatMap((_, at) => read(reportName(at)) ?? []);
  if (reports.length < all.files.length) return undefined;
  const { outputs, problem } = await testsOf(input, reports, all);
  if (problem !== undefined) throw problem;
  return outputs;
};

export const reportName = (at: number): string => `report-${at + 1}.xml`;

/**
 * The outputs of reports, with their test cases, and why they are no news all the same.
 *
 * @param reports in the order of `read.files`
 * @throws ReadingError as `readTestCases` and `refuseOlder`, and CHECK_FAILED for a report that is there twice
 */
export async function testsOf(input: Input, reports: readonly Uint8Array[], read: Read) {
  const cases: TestCase[] = [];
  const known = new Map<string, string>();
  const times = read.files.map(({ written }) => Date.parse(written));
  for (const [at, bytes] of reports.entries()) {
    const name = read.files[at]?.name ?? '';
    const digest = sha256(bytes);
    const twin = known.get(digest);
    if (twin !== undefined) throw new ReadingError('CHECK_FAILED', `${name} is the same report as ${twin}.`);
    known.set(digest, name);
    const written = times[at] ?? 0;
    refuseOlder(`The report ${name}`, Math.min(written, begunIn(bytes) ?? written), input.newerThan);
    for (const one of await readTestCases(bytes, name, input.collection)) cases.push(one);
  }
  const uncollected = cases.filter((one) => one.uncollected);
  const tests = cases.filter((one) => !one.uncollected);
  const of = (status: TestCase['status']): number => tests.filter((one) => one.status === status).length;
  const outputs = {
    tests: tests.length,
    passed: of('passed'),
    failed: of('failed'),
    errors: of('error') + uncollected.length,
    skipped: of('skipped'),
    collectionErrors: uncollected.length,
    causes: uncollected.slice(0, SHOWN).map(({ module, cause }) => readable(`${module}: ${cause}`, SHOWN_LENGTH)),
    seconds: Math.round(1000 * tests.reduce((sum, one) => sum + one.seconds, 0)) / 1000,
    modules: new Set(tests.map((one) => one.module)).size,
    files: reports.length,
    written: new Date(times.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)).toISOString(),
    credentials: read.credentials,
  };
  return { outputs, cases, problem: problemOf(input, outputs) };
}

/** Tests that were not run are no news: neither good nor bad. */
function problemOf(
  { atLeast, collectionErrorsAtMost }: Input,
  { tests, collectionErrors, causes }: { tests: number; collectionErrors: number; causes: string[] },
): ReadingError | undefined {
  const first = causes[0] === undefined ? '' : `; the first: ${causes[0]}`;
  const errors = counted(collectionErrors, 'collection error');
  if (tests < atLeast) {
    const beside = collectionErrors === 0 ? '' : ` beside ${errors}${first}`;
    return new ReadingError(
      'EXPECTATION_FAILED',
      `There are ${counted(tests, 'test')}, and ${atLeast} must be${beside}.`,
    );
  }
  if (collectionErrors <= collectionErrorsAtMost) return undefined;
  return new ReadingError(
    'EXPECTATION_FAILED',
    `Tests were not run: ${errors}, and at most ${collectionErrorsAtMost} may be${first}.`,
  );
}
