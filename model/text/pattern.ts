import { RE2JS } from 're2js';
import { PatternError, type PatternProblem, refusePattern } from './pattern-atoms.js';
import { MOST_PLACES, translated } from './pattern-syntax.js';

export { PatternError, type PatternProblem } from './pattern-atoms.js';
export { patternSentence } from './pattern-syntax.js';

/** Longest pattern, and how many are kept compiled. */
const LONGEST = 2000;
const KEPT = 200;

/**
 * What a match may take: places of the program times characters of the text. A step is about 12 ns, so this is 150 ms;
 * with the place of the match asked for, a step is six times as much.
 */
const MOST_STEPS = 12_000_000;
const MOST_STEPS_FOUND = MOST_STEPS / 6;

/** Memory of a pattern's table of states. RE2's own bound of 8 MiB is 0.3 s of work, and 1.6 GB for all that are kept. */
const TABLE_BYTES = 512 * 1024;
/** States that are built for fewer characters than this each cost more than they save. */
const CHARACTERS_A_STATE = 10;

/** Where a pattern was found first: its place (UTF-16 units), its text, and group 1 where it took part. */
export interface Found {
  at: number;
  text: string;
  group?: string;
}

/** How the table looks at a text: the character at a place (its number shifted by 3, its width), and where it ends. */
class Looked {
  constructor(readonly text: string) {}
  endPos(): number {
    return this.text.length;
  }
  /** Tables begin at the beginning: of a line (1) and of the text (4). */
  context(): number {
    return 1 | 4;
  }
  step(at: number): number {
    const point = this.text.codePointAt(at);
    if (point === undefined) return -8;
    return (point << 3) | (point > 0xff_ff ? 2 : 1);
  }
}

/**
 * A pattern of a runbook, compiled. It takes time in proportion to the text, whatever the text is; what would take too
 * long is refused. The answer depends on pattern and text alone, so that workflows may ask.
 */
export class Pattern {
  readonly #regex: RE2JS;
  readonly #size: number;
  /** Characters that were looked at since the table was empty. */
  #looked = 0;

  /** @throws PatternError */
  constructor(
    readonly source: string,
    whole: boolean,
  ) {
    const text = translated(source);
    this.#regex = compiled(whole ? `\\A(?:${text})\\z` : text, source);
    this.#size = this.#regex.programSize();
    const table = this.#table();
    table.stateBudget = TABLE_BYTES;
    table.memBudget = TABLE_BYTES;
  }

  #table() {
    return this.#regex.re2().dfa;
  }

  /** Whether the pattern fits somewhere in the text. @throws PatternError where that would take too long */
  test(text: string): boolean {
    if (this.#size * text.length > MOST_STEPS) return this.#testLong(text);
    const fits = this.#regex.test(text);
    this.#looked += text.length;
    if (this.#table().memBudget < TABLE_BYTES * 0.75) this.#judgeTable();
    return fits;
  }

  /** A table that has grown is begun anew; one that grew with nearly every character is done without. */
  #judgeTable(): void {
    const table = this.#table();
    if (this.#looked < table.stateCount * CHARACTERS_A_STATE) table.failed = true;
    this.#emptyTable();
  }

  #emptyTable(): void {
    this.#table().clearCache();
    this.#looked = 0;
  }

  /** By an empty table alone: whether it suffices must not depend on what was looked at before. */
  #testLong(text: string): boolean {
    const table = this.#table();
    const { failed } = table;
    table.failed = false;
    this.#emptyTable();
    const fits: unknown = table.match(new Looked(text), 0, 0);
    table.failed = failed;
    if (typeof fits === 'boolean') return fits;
    return this.#tooLong(text);
  }

  /** Where it fits first. @throws PatternError as `test` */
  find(text: string): Found | undefined {
    if (!this.test(text)) return undefined;
    if (this.#size * text.length > MOST_STEPS_FOUND) return this.#tooLong(text);
    const matcher = this.#regex.matcher(text);
    if (!matcher.find()) return undefined;
    const group = this.#regex.groupCount() > 0 ? matcher.group(1) : null;
    return { at: matcher.start(), text: matcher.group() ?? '', ...(group === null ? {} : { group }) };
  }

  #tooLong({ length }: string): never {
    const { source } = this;
    const out = 'Repeat less in it, or look at shorter texts.';
    return refusePattern(
      `it takes too long on a text of ${length.toLocaleString('en')} characters`,
      0,
      source.length,
      out,
    );
  }
}

function compiled(text: string, source: string): RE2JS {
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(text);
  } catch (error) {
    // What the translation lets through and RE2 does not: names of Unicode tables, counts within counts.
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    const [table] = /\\[pP]\{[^}]*\}/.exec(reason) ?? [];
    if (table === undefined)
      return refusePattern(`RE2 does not take it: ${reason}`, 0, source.length, 'Repeat less in it.');
    const known = 'Known are categories and scripts: \\p{L}, \\p{Lu}, \\p{Greek}.';
    return refusePattern(`${table} names no table of characters`, 0, source.length, known);
  }
  if (regex.programSize() > 2 * MOST_PLACES)
    refusePattern(`it comes to ${regex.programSize()} places`, 0, source.length, 'Repeat less in it.');
  return regex;
}

const kept = new Map<string, Pattern>();

/**
 * Reads a regular expression of a runbook: RE2's, in JavaScript's writing. `.` takes all but LF and CR, `^` and `$` stand
 * for the ends of the text (with `(?m)` also of its lines).
 *
 * @param whole whether it must match the whole text, as if it stood between `^` and `$`
 * @throws PatternError with the place of what it cannot be
 */
export function pattern(source: string, { whole = false }: { whole?: boolean } = {}): Pattern {
  const key = `${whole ? 'whole' : 'part'} ${source}`;
  const known = kept.get(key);
  if (known) return known;
  if (source.length > LONGEST) refusePattern(`it is longer than ${LONGEST} characters`, LONGEST, 1);
  const made = new Pattern(source, whole);
  if (kept.size >= KEPT) kept.clear();
  kept.set(key, made);
  return made;
}

/** What is wrong with a regular expression; nothing when it can be used. */
export function patternProblem(source: string): PatternProblem | undefined {
  try {
    pattern(source);
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.problem;
    throw error;
  }
}
