import istanbul from 'istanbul-lib-coverage';
import { z } from 'zod';
import type { Json } from '../../model/json.js';
import type { FileCoverage } from '../record/lcov.js';

const hits = z.int().min(0);
const place = z.looseObject({ line: z.int().min(1).nullish(), column: z.number().nullish() });
const range = z.looseObject({ start: place, end: place });
const fileSchema = z.looseObject({
  path: z.string().min(1),
  statementMap: z.record(
    z.string(),
    z.looseObject({
      start: z.looseObject({ line: z.int().min(1), column: z.number().nullish() }),
      end: place,
    }),
  ),
  fnMap: z.record(z.string(), z.looseObject({ name: z.string(), loc: range })),
  branchMap: z.record(z.string(), z.looseObject({ loc: range.optional(), locations: z.array(range) })),
  s: z.record(z.string(), hits),
  f: z.record(z.string(), hits),
  b: z.record(z.string(), z.array(hits)),
});
const finalSchema = z.record(z.string(), fileSchema);

const part = z.looseObject({ total: hits, covered: hits });
const figures = z.looseObject({ lines: part, functions: part, branches: part });
const summarySchema = z.record(z.string(), figures);

/**
 * Files of a `coverage-final.json`, as istanbul, nyc, c8 and jest write it.
 *
 * @param lines is given the lines of each file by their numbers, and whether each was hit
 * @throws Error for what is none, and where what was counted is not what there is to count
 */
export function readFinal(
  document: Json,
  nameOf: (file: string) => string,
  lines: (file: string, hits: ReadonlyMap<string, boolean>) => void,
): FileCoverage[] {
  const all = istanbul.createCoverageMap({});
  for (const [name, file] of Object.entries(parsed(finalSchema, document))) {
    for (const [counts, map] of [
      [file.s, file.statementMap],
      [file.f, file.fnMap],
      [file.b, file.branchMap],
    ] as const) {
      const gone = [...Object.keys(map), ...Object.keys(counts)].find(
        (id) => !Object.hasOwn(map, id) || !Object.hasOwn(counts, id),
      );
      if (gone !== undefined) throw new Error(`${name} counts other than it maps: ${gone}`);
    }
    all.merge(
      istanbul.createCoverageMap(
        JSON.parse(JSON.stringify({ [nameOf(file.path)]: { ...file, path: nameOf(file.path) } })),
      ),
    );
  }
  return all.files().map((file) => {
    const one = all.fileCoverageFor(file);
    lines(file, new Map(Object.entries(one.getLineCoverage()).map(([line, count]) => [line, count > 0])));
    return fileOf(file, one.toSummary().data);
  });
}

/**
 * Files of a `coverage-summary.json`.
 *
 * @throws Error for what is none, tells no files, or tells another total than that of its files
 */
export function readSummary(document: Json, nameOf: (file: string) => string): FileCoverage[] {
  const { total, ...rest } = parsed(summarySchema, document);
  const files = new Map<string, FileCoverage>();
  for (const [said, one] of Object.entries(rest)) {
    const file = nameOf(said);
    if (files.has(file)) throw new Error(`it tells ${file} twice, and figures alone cannot be joined`);
    files.set(file, fileOf(file, one));
  }
  const held = [...files.values()];
  for (const [what, all, covered] of total === undefined ? [] : TOTALS) {
    const sum = (figure: keyof FileCoverage): number =>
      held.reduce((count, one) => count + Number(one[figure] ?? 0), 0);
    const said = total?.[what];
    if (said && (said.total !== sum(all) || said.covered !== sum(covered))) {
      throw new Error(
        `its files come to ${sum(covered)} of ${sum(all)} ${what}, and it says ${said.covered} of ${said.total}`,
      );
    }
  }
  return held;
}

const TOTALS = [
  ['lines', 'lines', 'covered'],
  ['functions', 'functions', 'coveredFunctions'],
  ['branches', 'branches', 'coveredBranches'],
] as const;

interface Part {
  total: number;
  covered: number;
}

function fileOf(
  file: string,
  { lines, functions, branches }: Record<'lines' | 'functions' | 'branches', Part>,
): FileCoverage {
  for (const { total, covered } of [lines, functions, branches]) {
    if (covered > total) throw new Error(`${file} says that ${covered} of ${total} were hit`);
  }
  return {
    file,
    lines: lines.total,
    covered: lines.covered,
    functions: functions.total,
    coveredFunctions: functions.covered,
    branches: branches.total,
    coveredBranches: branches.covered,
  };
}

function parsed<T>(schema: z.ZodType<T>, document: Json): T {
  const { data, error } = schema.safeParse(document);
  if (data !== undefined) return data;
  const [first] = error?.issues ?? [];
  throw new Error(`it is none of istanbul: ${first?.path.slice(0, 3).join('.') || 'it'}: ${first?.message}`);
}
