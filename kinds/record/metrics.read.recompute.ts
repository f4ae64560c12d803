import { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.js';
import { jsonIn } from '../shared/json.js';
import { pauses } from '../shared/pauses.js';
import { type Account, figuresOfAccount, ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type FigureTally, figureTally } from './figure.js';
import { type Format, formatOf } from './formats.js';
import type { metricsRead as kind } from './metrics.read.kind.js';
import { rowsOf } from './rows.js';

type Input = z.infer<(typeof kind)['input']>;

/** Most rows that figures are made of. */
const MOST_ROWS = 20_000_000;

/** What a file gives. */
export interface Figures {
  values: JsonObject;
  rows: number;
  account: Account;
  /** How many of its rows a figure had nothing of, by its name. */
  without: Record<string, number>;
  /** Why figures are not there, by their names. */
  missing: Map<string, string>;
}

/** The step leaves a copy of the file that it read. */
export const recomputeMetricsRead: RecomputeOf<typeof kind> = async (input, read, logged) => {
  const format = input.format ?? formatOf(input.file);
  const bytes = read(`source.${format}`);
  if (bytes === undefined) return undefined;
  const before = logged !== undefined && !Object.hasOwn(logged, 'without');
  const { credentials } = masked.parse(jsonIn(read(MASKED)?.toString('utf8') ?? '{}'));
  return outputsOf(await figuresOf(bytes, { format, path: input.file, before }, input), credentials);
};

/** What the record says of its own masking; not there where nothing was masked. */
export const MASKED = 'masked.json';
const masked = z.object({ credentials: z.int().default(0) });

/** Figures as the step's outputs. */
export function outputsOf({ values, rows, without, account }: Figures, credentials: number) {
  return { values, rows, without, ...figuresOfAccount(account), credentials };
}

interface Read {
  format: Format;
  /** How the file is told in an error. */
  path: string;
  /** As it was read by a version that did not say what a figure is without. */
  before?: boolean;
  /** Throws when nobody waits for the figures any more. */
  alive?(): void;
}

/**
 * The named figures of a file. All else of the process goes on meanwhile.
 *
 * @throws ReadingError BAD_INPUT for what cannot be asked, CHECK_FAILED for a file that is not as its format says
 */
export async function figuresOf(
  bytes: Uint8Array,
  { format, path, before = false, alive }: Read,
  input: Input,
): Promise<Figures> {
  const { encoding, separator, unreadable } = input;
  const header = (columns: ReadonlySet<string>): void => checkColumns(columns, input.values, path);
  const options = { cells: format === 'csv', mayFail: unreadable.atMost, before };
  const tallies = Object.entries(input.values).map(([name, wanted]) => [name, figureTally(wanted, options)] as const);
  const rows = rowsOf(bytes, { format, path, encoding, separator, before, header });
  const pause = pauses();
  let [count, taken] = [0, 0];
  for (;;) {
    const { done, value } = await rows.next();
    if (done) return figuresFrom(tallies, count, taken, value);
    for (const row of value) {
      if (count === MOST_ROWS) throw new ReadingError('CHECK_FAILED', `${path} has more than ${MOST_ROWS} rows.`);
      if (takenBy(tallies, row, count)) taken += 1;
      count += 1;
      const due = pause();
      if (due) await due;
    }
    await pause();
    alive?.();
  }
}

type Named = readonly (readonly [name: string, tally: FigureTally])[];

/** Whether some figure used the row. */
function takenBy(tallies: Named, row: Json, at: number): boolean {
  let used = false;
  for (const [, tally] of tallies) if (tally.take(row, at) === 'had') used = true;
  return used;
}

function figuresFrom(tallies: Named, rows: number, taken: number, account: Account): Figures {
  const values: [string, Json][] = [];
  const missing = new Map<string, string>();
  for (const [name, tally] of tallies) {
    const figure = tally.figure();
    // A figure that is not there stays absent, so that a gate on it is inconclusive and never passes.
    if ('why' in figure) missing.set(name, figure.why);
    else values.push([name, figure.value]);
  }
  const spoilt = distinct(
    tallies.map(([, tally]) => tally.spoilt()),
    rows,
  );
  const without = tallies.flatMap(([name, tally]) => (tally.without > 0 ? [[name, tally.without] as const] : []));
  return {
    values: Object.fromEntries(values),
    rows,
    without: Object.fromEntries(without),
    missing,
    account: {
      ...account,
      looked: taken - spoilt,
      unreadable: account.unreadable + spoilt,
      leftOut: rows - taken,
    },
  };
}

/** How many places there are in lists of them. */
function distinct(lists: readonly (readonly number[])[], most: number): number {
  const marks = new Uint8Array(lists.some((list) => list.length > 0) ? most : 0);
  let count = 0;
  for (const list of lists) {
    for (const place of list) {
      count += 1 - (marks[place] ?? 0);
      marks[place] = 1;
    }
  }
  return count;
}

/** A column that a header does not have is a name written wrong, or another file. */
function checkColumns(columns: ReadonlySet<string>, values: Input['values'], path: string): void {
  const names = Object.values(values).flatMap(({ path: own, where = {} }) => [own ?? [], Object.keys(where)].flat());
  const gone = names.find((name) => !name.startsWith('$') && !columns.has(name));
  if (gone === undefined) return;
  const known = [...columns].slice(0, 20).join(', ');
  throw new ReadingError('CHECK_FAILED', `${path} has no column ${JSON.stringify(gone)}; it has: ${known}.`);
}
