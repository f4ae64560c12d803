import { isDeepStrictEqual } from 'node:util';
import { type Json, type JsonObject, parseJson } from '../../model/json.js';
import { isExact } from './numbers.js';
import { pauses } from './pauses.js';

/** What two members of one name with two values mean: no reader can be sure of it, or, as most programs take it, the last. */
export type Twice = 'refused' | 'last';

/** JSON that is whole, and is not relied on: its message says why, beginning with `it`. */
export class RefusedJson extends SyntaxError {}

/** Deepest nesting that is read: what walks through the value calls itself for each level, and must not run out of stack. */
export const DEEPEST = 1000;
/** Every number of at most so many digits is the double that it says. */
const SURELY_EXACT = 15;
/** Values after which the reading may pause: some milliseconds. */
const PAUSES_EVERY = 10_000;
const LONGEST_SHOWN = 80;

const BLANKS = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const CONTROL = /[\0-\x1f]/;
const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/**
 * The JSON of a text, exact: a number that a double does not hold stays its digits, as text. A member `__proto__` is one
 * like others.
 *
 * @throws SyntaxError when the text is no JSON; RefusedJson when it gives one member two values, or is nested deeper than
 *   `DEEPEST`
 */
export function exactJson(text: string, twice: Twice = 'refused'): Json {
  const steps = readingOf(text, twice, false);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value ?? null;
  }
}

/**
 * The same, with pauses in which all else of the worker goes on.
 *
 * @throws SyntaxError as above
 */
export async function exactJsonInTurns(text: string, twice: Twice = 'refused'): Promise<Json> {
  const pause = pauses();
  const steps = readingOf(text, twice, false);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value ?? null;
    await pause();
  }
}

/**
 * The same, in steps for a text that takes long: each gives the next element of the outermost array, or nothing, for a
 * pause. The end gives a value that is no array.
 *
 * @throws SyntaxError as above
 */
export function jsonElements(text: string, twice: Twice = 'refused'): Generator<Element | undefined, Json | undefined> {
  return readingOf(text, twice, true);
}

/** An element of the outermost array. */
export interface Element {
  element: Json;
}

/**
 * The JSON that a text holds; undefined when it is none.
 *
 * @param read how: as programs do, or exactly
 */
export function jsonIn(text: string, read: (text: string) => Json = parseJson): Json | undefined {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}

/** JSON that was read exactly, or why there is none to rely on: `is no JSON`, `has "a" twice, with two values`. */
export type ReadJson = { value: Json; why?: undefined } | { value?: undefined; why: string };

/** The JSON of a text as `exactJson` reads it, with the clause that says what is wrong with it. */
export function readJson(text: string): ReadJson {
  try {
    return { value: exactJson(text) };
  } catch (error) {
    return { why: whyNone(error) };
  }
}

/** The same, with pauses. */
export async function readJsonInTurns(text: string): Promise<ReadJson> {
  try {
    return { value: await exactJsonInTurns(text) };
  } catch (error) {
    return { why: whyNone(error) };
  }
}

function whyNone(error: unknown): string {
  return error instanceof RefusedJson ? error.message.replace(/^it /, '') : 'is no JSON';
}

/** An array or object whose end has not come yet. */
type Open = { list: Json[] } | { members: JsonObject; name: string };

/** @param apart gives the elements of the outermost array and keeps none */
function* readingOf(text: string, twice: Twice, apart: boolean): Generator<Element | undefined, Json | undefined> {
  const source = new Source(text);
  const open: Open[] = [];
  for (let count = 1; ; count += 1) {
    if (count % PAUSES_EVERY === 0) yield undefined;
    let value = source.begun(open);
    // Of a value that is whole, those around it may be whole, too.
    while (value !== undefined) {
      const around = open.at(-1);
      if (around === undefined) {
        source.end();
        return apart && Array.isArray(value) ? undefined : value;
      }
      if ('members' in around) addMember(around.members, around.name, value, twice);
      else if (apart && open.length === 1) yield { element: value };
      else around.list.push(value);
      value = source.ended(around);
      if (value !== undefined) open.pop();
    }
  }
}

function addMember(members: JsonObject, name: string, value: Json, twice: Twice): void {
  if (twice === 'refused' && Object.hasOwn(members, name) && !isDeepStrictEqual(members[name], value)) {
    throw new RefusedJson(`it has ${JSON.stringify(name.slice(0, LONGEST_SHOWN))} twice, with two values`);
  }
  if (name !== '__proto__') members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Reads the marks and values of a text, one after another. */
class Source {
  private at = 0;
  constructor(private readonly text: string) {}

  /** The value that stands here; undefined when it is an array or object with something in it, which is open then. */
  begun(open: Open[]): Json | undefined {
    this.blanks();
    if (open.length >= DEEPEST) throw new RefusedJson(`it is nested deeper than ${DEEPEST}`);
    if (this.takes('[')) {
      if (this.takes(']')) return [];
      open.push({ list: [] });
      return undefined;
    }
    if (!this.takes('{')) return this.scalar();
    if (this.takes('}')) return {};
    open.push({ members: {}, name: this.name() });
    return undefined;
  }

  /** What is around a value, when it ends behind it. */
  ended(around: Open): Json | undefined {
    this.blanks();
    if ('list' in around) return this.takes(',') ? undefined : this.closed(']', around.list);
    if (!this.takes(',')) return this.closed('}', around.members);
    around.name = this.name();
    return undefined;
  }

  end(): void {
    this.blanks();
    if (this.at < this.text.length) this.fail();
  }

  private closed(mark: string, value: Json): Json {
    if (!this.takes(mark)) this.fail();
    return value;
  }

  /** Takes a mark, and the blanks behind it. */
  private takes(mark: string): boolean {
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    this.blanks();
    return true;
  }

  private blanks(): void {
    // What most values begin with is looked at without the pattern.
    if (this.text.charCodeAt(this.at) > 0x20) return;
    BLANKS.lastIndex = this.at;
    BLANKS.exec(this.text);
    this.at = BLANKS.lastIndex;
  }

  private name(): string {
    if (this.text[this.at] !== '"') this.fail();
    const name = this.string();
    this.blanks();
    if (!this.takes(':')) this.fail();
    return name;
  }

  private scalar(): Json {
    if (this.text[this.at] === '"') return this.string();
    NUMBER.lastIndex = this.at;
    const [digits] = NUMBER.exec(this.text) ?? [];
    if (digits !== undefined) {
      this.at += digits.length;
      const exact = (digits.length <= SURELY_EXACT && !/[eE]/.test(digits)) || isExact(digits);
      return exact ? Number(digits) : digits;
    }
    const [word, value] = WORDS.find(([one]) => this.text.startsWith(one, this.at)) ?? this.fail();
    this.at += word.length;
    return value;
  }

  private string(): string {
    const from = this.at;
    let to = this.text.indexOf('"', from + 1);
    while (to > 0 && this.isEscaped(to, from)) to = this.text.indexOf('"', to + 1);
    if (to < 0) this.fail();
    const inside = this.text.slice(from + 1, to);
    if (CONTROL.test(inside)) this.fail();
    this.at = to + 1;
    return inside.includes('\\') ? this.unescaped(from, to) : inside;
  }

  private isEscaped(quote: number, from: number): boolean {
    let at = quote - 1;
    while (at > from && this.text[at] === '\\') at -= 1;
    return (quote - at) % 2 === 0;
  }

  private unescaped(from: number, to: number): string {
    const value = jsonIn(this.text.slice(from, to + 1));
    this.at = from;
    if (typeof value !== 'string') return this.fail();
    this.at = to + 1;
    return value;
  }

  private fail(): never {
    const whole = this.at < this.text.length;
    throw new SyntaxError(whole ? `it is no JSON at character ${this.at + 1}` : 'it ends before its value does');
  }
}
