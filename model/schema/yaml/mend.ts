import type { z } from 'zod';
import { leafIssues, reportIssues, type Spec, specsAt, valueAt, valuesOf } from './issues.js';
import type { Path, Source } from './source.js';
import { begins, type StoodIn } from './stand-ins.js';
import { nearest } from '../suggest.js';

/** An issue that was hidden by another one, with the value of its place as it was then. */
interface Later {
  issue: z.core.$ZodIssue;
  value: unknown;
}

/** A value without what its schema refuses, and what was changed to get there. */
export interface Mended<T> extends StoodIn {
  data: T;
  /** What the schema said only of what was mended, and not of stand-ins. */
  later: Later[];
}

/** The id that stands where none can be read. */
const UNREAD = 'unread';
/** What may stand in for a value that the schema refuses; the first that it takes does. */
const STAND_INS: readonly unknown[] = [
  0,
  1,
  100,
  UNREAD,
  'true',
  '1m',
  '0 3 * * *',
  '2026-01-01T00:00:00Z',
  true,
  'none',
  `${UNREAD}.${UNREAD}`,
  {},
  [UNREAD],
  [],
];
/** A schema that asks for more than these gives is not mended. */
const MAX_ROUNDS = 60;

/**
 * Puts stand-ins in the place of what a schema refuses, so that one bad value does not hide what else is wrong.
 *
 * @param raw JSON as it was read; it is not changed
 * @param spec the JSON Schema of `schema`
 * @returns undefined where no stand-in is taken: then not all can be checked
 */
export function mend<T>(schema: z.ZodType<T>, spec: Spec, raw: unknown): Mended<T> | undefined {
  if (raw === null || typeof raw !== 'object') return undefined;
  const copy = copyOf(raw);
  const mending = new Mending(copy, spec);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { data, error } = schema.safeParse(copy);
    if (!error) {
      const { faulty, lost, renamed, later } = mending;
      return { data, faulty, lost, renamed, later };
    }
    for (const issue of leafIssues(error.issues)) {
      if (round > 0) mending.keep(issue);
      if (!mending.settle(issue)) return undefined;
    }
  }
  return undefined;
}

/** Tells what was hidden by what is mended; from then on the source says nothing of stand-ins. */
export function reportMended(source: Source, mended: Mended<unknown>, spec: Spec): void {
  source.standsIn({ ...mended, faulty: [] });
  for (const { issue, value } of mended.later) reportIssues(source, [], [issue], around(issue.path, value), spec);
  source.standsIn(mended);
}

type Holder = Record<string | number, unknown>;

class Mending {
  readonly faulty: Path[] = [];
  readonly lost = new Set([UNREAD]);
  readonly renamed: { holder: Path; key: string; written: string }[] = [];
  readonly later: Later[] = [];
  /** The next stand-in of each place. */
  private readonly next = new Map<string, number>();

  constructor(
    private readonly copy: unknown,
    private readonly spec: Spec,
  ) {}

  /** Remembers what is said of a place that has no stand-in: it was hidden by something else. */
  keep(issue: z.core.$ZodIssue): void {
    const path = keysOf(issue);
    if (!this.faulty.some((one) => begins(path, one)))
      this.later.push({ issue, value: copyOf(valueAt(this.copy, path)) });
  }

  /** Changes the copy so that the issue goes, or another one comes in its place. */
  settle(issue: z.core.$ZodIssue): boolean {
    const path = keysOf(issue);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.leaveOut(path, key);
      return true;
    }
    if (issue.code === 'invalid_key') {
      this.lost.add(String(path.at(-1)));
      this.lose(path);
      return this.remove(path);
    }
    return this.standIn(path);
  }

  private leaveOut(path: Path, key: string): void {
    const holder = holderAt(this.copy, path);
    if (!holder || !Object.hasOwn(holder, key)) return;
    const known = specsAt(this.spec, path).flatMap((one) => Object.keys(one.properties ?? {}));
    const meant = nearest(key, known);
    if (meant !== undefined && !Object.hasOwn(holder, meant)) {
      holder[meant] = holder[key];
      this.renamed.push({ holder: path, key: meant, written: key });
    } else this.lose([...path, key]);
    delete holder[key];
  }

  private standIn(path: Path): boolean {
    if (path.length === 0) return false;
    const key = JSON.stringify(path);
    const at = this.next.get(key) ?? 0;
    this.next.set(key, at + 1);
    if (at === 0) this.lose(path);
    const choices = [...valuesOf(specsAt(this.spec, path)), ...STAND_INS];
    const holder = holderAt(this.copy, path.slice(0, -1));
    const last = path.at(-1);
    if (holder === undefined || last === undefined) return true;
    if (at >= choices.length) return this.remove(path);
    // Not one object in two places: what is put into one must not stand in the other.
    holder[last] = copyOf(choices[at]);
    return true;
  }

  /** Takes a value out; an item of a list keeps its place, so its whole list goes. */
  private remove(path: Path): boolean {
    const above = path.slice(0, -1);
    const holder = holderAt(this.copy, above);
    const last = path.at(-1);
    if (holder === undefined || last === undefined) return true;
    if (typeof last === 'string' && Object.hasOwn(holder, last)) return delete holder[last];
    this.lose(above);
    return this.standIn(above);
  }

  private lose(path: Path): void {
    this.faulty.push(path);
    const [value, last] = [valueAt(this.copy, path), path.at(-1)];
    if (last === 'id' && typeof value === 'string') this.lost.add(value);
    this.loseIds(value);
  }

  private loseIds(value: unknown): void {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'id' && typeof inner === 'string') this.lost.add(inner);
      this.loseIds(inner);
    }
  }
}

const copyOf = (value: unknown): unknown => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

/** Path of an issue: JSON has no symbols for keys. */
const keysOf = ({ path }: z.core.$ZodIssue): Path => path.map((key) => (typeof key === 'symbol' ? String(key) : key));

/** The map or list at a path. */
function holderAt(value: unknown, path: Path): Holder | undefined {
  const holder = valueAt(value, path);
  return isHolder(holder) ? holder : undefined;
}
const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** A value with nothing but this at a path. */
const around = (path: readonly PropertyKey[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
