import { largest } from '../../model/largest.js';
import { type Line, lineReader } from '../shared/lines.js';
import { type Account, nothingRead } from '../shared/reading.js';
import type { Encoding } from '../shared/text.js';

/** What is counted: lines by number, functions by name, branches by line, block and branch. */
type What = 'lines' | 'functions' | 'branches';
const KINDS = ['lines', 'functions', 'branches'] as const;

/** What is known of a source file. */
export type FileCoverage = {
  file: string;
  lines: number;
  covered: number;
  functions: number;
  coveredFunctions: number;
  branches: number;
  coveredBranches: number;
};

/** What a section says of itself. */
const FOUND: Readonly<Record<string, What>> = { LF: 'lines', FNF: 'functions', BRF: 'branches' };
const HIT: Readonly<Record<string, What>> = { LH: 'lines', FNH: 'functions', BRH: 'branches' };
/** What else the format has, and programs add. */
const OTHER = /^(?:#|[A-Z]{1,12}:)/;
/** Most files, and most lines, functions or branches of one, that are kept to be counted once: more take long at once. */
const MOST_FILES = 500_000;
const MOST_ITEMS = 1_000_000;

/** What is known of one of them: which there are, whether each was hit, and how many records told of it. */
interface Counted {
  hits: Map<string, boolean>;
  /** How many of them were hit. */
  hitCount: number;
  records: number;
  /** Records that told of one that was hit. */
  hitRecords: number;
  found?: number;
  hit?: number;
}
type Section = Record<What, Counted>;

const linesOf = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;
const section = (): Section => ({ lines: counted(), functions: counted(), branches: counted() });
const counted = (): Counted => ({ hits: new Map(), hitCount: 0, records: 0, hitRecords: 0 });

/**
 * Reads an lcov trace file: a row for each source file, `{file, lines, covered, functions, coveredFunctions, branches,
 * coveredBranches}`. What stands twice counts once, and each section is held to the totals that it says.
 *
 * @param row is given each row, at the end
 * @param nameOf how a source file is called; sections of one name are one file
 * @param lines is given the lines of each row by their numbers, and whether each was hit
 */
export function lcovReader(
  encoding: Encoding,
  row: (row: FileCoverage) => void,
  nameOf: (file: string) => string = (file) => file,
  lines: (file: string, hits: ReadonlyMap<string, boolean>) => void = () => undefined,
) {
  const trace = new Trace(nameOf, lines);
  const take = ({ text, number }: Line): undefined => trace.line(text, `line ${number}`);
  const broken = ({ number }: Line): never => {
    throw new Error(`line ${number} is no text, or holds zero bytes`);
  };
  const reader = lineReader({ encoding }, take, broken);
  return {
    push: reader.push,
    /** @throws Error when it holds nothing, is half-written, holds what is no line of lcov or other than it says */
    end: (): Account => {
      reader.end();
      for (const one of trace.rows()) row(one);
      return nothingRead();
    },
  };
}

class Trace {
  private readonly files = new Map<string, Section[]>();
  private file: string | undefined;
  private section = section();
  constructor(
    private readonly nameOf: (file: string) => string,
    private readonly told: (file: string, hits: ReadonlyMap<string, boolean>) => void,
  ) {}

  /** @param at how the line is told in an error */
  line(text: string, at: string): undefined {
    const colon = text.indexOf(':');
    const [key, value] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
    if (text === '' || key === 'TN' || text.startsWith('#')) return;
    if (key === 'SF') this.begin(this.nameOf(value), at);
    else if (text === 'end_of_record') this.close(at);
    else if (!OTHER.test(text)) throw new Error(`${at} is no line of lcov`);
    else if (this.file === undefined) throw new Error(`${at} stands outside of a file`);
    else this.record(key, value, at);
  }

  rows(): Iterable<FileCoverage> {
    if (this.file !== undefined) throw new Error(`it ends within ${this.file}`);
    if (this.files.size === 0) throw new Error('it holds no source file');
    return rowsOf(this.files, this.told);
  }

  private begin(file: string, at: string): void {
    if (this.file !== undefined) throw new Error(`${at} begins a file within another`);
    if (this.files.size === MOST_FILES) throw new Error(`it has more than ${MOST_FILES} files`);
    [this.file, this.section] = [file, section()];
  }

  private close(at: string): void {
    if (this.file === undefined) throw new Error(`${at} ends a file that was not begun`);
    for (const what of KINDS) checkTotals(this.section[what], what, `${at}: ${this.file}`);
    const known = this.files.get(this.file);
    if (known) known.push(this.section);
    else this.files.set(this.file, [this.section]);
    this.file = undefined;
  }

  private record(key: string, value: string, at: string): void {
    const { lines, functions, branches } = this.section;
    const parts = value.split(',');
    const [found, hit] = [FOUND[key], HIT[key]];
    // Of two totals the worse one counts.
    if (found) this.section[found].found = Math.max(numberOf(value, at), this.section[found].found ?? 0);
    else if (hit) this.section[hit].hit = Math.min(numberOf(value, at), this.section[hit].hit ?? Infinity);
    else if (key === 'DA') this.add(lines, String(numberOf(parts[0], at)), numberOf(parts[1], at) > 0);
    else if (key === 'BRDA') {
      const taken = parts.at(-1);
      this.add(branches, parts.slice(0, -1).join(','), taken !== '-' && numberOf(taken, at) > 0);
    } else if (key === 'FNDA') {
      this.add(functions, parts.slice(1).join(','), numberOf(parts[0], at) > 0);
    } else if (key === 'FNA') this.add(functions, parts.slice(2).join(','), numberOf(parts[1], at) > 0);
  }

  private add(counts: Counted, name: string, hit: boolean): void {
    counts.records += 1;
    counts.hitRecords += hit ? 1 : 0;
    note(counts, name, hit);
  }
}

function note(counts: Counted, name: string, hit: boolean): void {
  const known = counts.hits.get(name);
  if (known === undefined && counts.hits.size === MOST_ITEMS) {
    throw new Error(`a file has more than ${MOST_ITEMS} lines, functions or branches`);
  }
  if (known === undefined || hit) counts.hits.set(name, hit);
  if (hit && known !== true) counts.hitCount += 1;
}

/** What a section holds may be worse than it says, where a program counts otherwise; never better, and no line less. */
function checkTotals({ hits, hitCount, records, hitRecords, found, hit }: Counted, what: What, at: string): void {
  const isLines = what === 'lines';
  const heldHit = isLines ? hitCount : hitRecords;
  if (isLines && found !== undefined && found > hits.size) {
    throw new Error(`${at} holds ${linesOf(hits.size)} and says ${found}`);
  }
  if (hit === undefined) return;
  if (found !== undefined && hit > found) throw new Error(`${at} says that ${hit} of ${found} ${what} were hit`);
  // Of functions and branches some programs tell the totals alone.
  const isOther = isLines ? hit < heldHit : records > 0 && hit !== heldHit;
  if (isOther) throw new Error(`${at} holds ${heldHit} ${what} that were hit and says ${hit}`);
}

function* rowsOf(
  files: ReadonlyMap<string, readonly Section[]>,
  told: (file: string, hits: ReadonlyMap<string, boolean>) => void,
): Iterable<FileCoverage> {
  for (const [file, sections] of files) {
    const [lines, covered] = together(sections.map((one) => one.lines));
    // The first section holds those of all by now.
    if (sections[0] !== undefined) told(file, sections[0].lines.hits);
    const [functions, coveredFunctions] = totals(sections.map((one) => one.functions));
    const [branches, coveredBranches] = totals(sections.map((one) => one.branches));
    yield { file, lines, covered, functions, coveredFunctions, branches, coveredBranches };
  }
}

/** Of functions and branches, whose names a program may use twice, one section knows the number itself. */
function totals(all: readonly Counted[]): [number, number] {
  const [first] = all;
  if (first?.found !== undefined && first.hit !== undefined && all.length === 1) return [first.found, first.hit];
  const [found, hit] = together(all);
  if (found > 0) return [found, hit];
  return [largest(all.map((one) => one.found ?? 0)) ?? 0, largest(all.map((one) => one.hit ?? 0)) ?? 0];
}

/** How many there are of a file, and how many of them were hit in some of its sections. */
function together(all: readonly Counted[]): [number, number] {
  const [first = counted(), ...others] = all;
  for (const one of others) for (const [name, hit] of one.hits) note(first, name, hit);
  return [first.hits.size, first.hitCount];
}

function numberOf(text: string | undefined, at: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new Error(`${at} has no number where one must be`);
  return Number(text);
}
