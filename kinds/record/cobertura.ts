import { counted } from '../../model/text/counted.js';
import type { Json } from '../../model/json.js';
import { type Account, nothingRead } from '../shared/reading.js';
import { type Element, wholeNumber, xmlWalker } from './xml.js';

/** Most lines that are kept to be counted once. */
const MOST_LINES = 10_000_000;

/** What is known of a line. */
export interface Line {
  hit: boolean;
  branches: number;
  covered: number;
}

/** Lines of a class by their numbers: its own, and those of its methods, which most programs write there once more. */
export interface Class {
  told: { package: string; class: string; file: string };
  own: Map<string, Line>;
  ofMethods: Map<string, Line>;
  /** Whether a line of it was hit, by the name of a method; one without lines tells nothing. */
  methods: Map<string, boolean>;
}

/** What a Cobertura report holds. */
export interface Cobertura {
  root: Readonly<Record<string, string>>;
  /** Folders that the files of classes lie in. */
  sources: string[];
  classes: Class[];
}

/**
 * Reads a Cobertura report: a row for each class, `{package, class, file, lines, covered, branches, coveredBranches}`,
 * counted from its lines, each once.
 *
 * @param row is given each row, at the end
 */
export function coberturaReader(row: (row: Json) => void) {
  const reader = coberturaClasses();
  return {
    push: reader.push,
    /** @throws Error when there are no lines, or other than the root says */
    end: (): Account => {
      for (const one of reader.end().classes) row(rowOf(one));
      return nothingRead();
    },
  };
}

/** The same, by the classes with their lines. */
export function coberturaClasses() {
  const classes = new Map<string, Class>();
  let current: Class | undefined;
  let root: Readonly<Record<string, string>> = {};
  let count = 0;
  const sources: string[] = [];
  const walker = xmlWalker(['coverage'], (element, around, part) => {
    const { name, attributes } = element;
    if (part === 'end') {
      if (name === 'source') sources.push(element.text.trim());
    } else if (around.length === 0) root = attributes;
    else if (name === 'class') current = classOf(classes, attributes, around);
    else if (name === 'line') {
      const inClass = around.some((one) => one.name === 'class');
      if (!current || !inClass) throw new Error('a line stands outside of a class');
      count += 1;
      if (count > MOST_LINES) throw new Error(`it has more than ${MOST_LINES} lines`);
      const method = around.find((one) => one.name === 'method')?.attributes;
      const hit = addLine(method ? current.ofMethods : current.own, attributes);
      if (method) {
        const key = JSON.stringify([method.name, method.signature]);
        current.methods.set(key, hit || current.methods.get(key) === true);
      }
    }
  });
  return {
    push: walker.push,
    /** @throws Error when there are no lines, or other than the root says */
    end: (): Cobertura => {
      walker.end();
      const all = [...classes.values()];
      const rows = all.map(rowOf);
      if (rows.every(({ lines }) => lines === 0)) throw new Error('it holds no line');
      checkRoot(root, rows);
      return { root, sources, classes: all };
    },
  };
}

function classOf(
  classes: Map<string, Class>,
  { name = '', filename = '' }: Readonly<Record<string, string>>,
  around: readonly Element[],
): Class {
  const pack = around.findLast((one) => one.name === 'package')?.attributes.name ?? '';
  const told = { package: pack, class: name, file: filename };
  const key = JSON.stringify(told);
  const known: Class = classes.get(key) ?? { told, own: new Map(), ofMethods: new Map(), methods: new Map() };
  classes.set(key, known);
  return known;
}

/** @returns whether it was hit */
function addLine(lines: Map<string, Line>, attributes: Readonly<Record<string, string>>): boolean {
  const number = String(wholeNumber(attributes.number, 'number'));
  const hit = wholeNumber(attributes.hits, 'hits') > 0;
  const [branches, covered] = branchesOf(attributes['condition-coverage'], number);
  joinLine(lines, number, { hit, branches, covered });
  return hit;
}

/** Adds what is told of a line to what is known of it. */
export function joinLine(lines: Map<string, Line>, number: string, told: Line): void {
  const known = lines.get(number);
  lines.set(number, {
    hit: told.hit || known?.hit === true,
    branches: Math.max(told.branches, known?.branches ?? 0),
    covered: Math.max(told.covered, known?.covered ?? 0),
  });
}

/** As in `50% (1/2)`. */
function branchesOf(text: string | undefined, line: string): [branches: number, covered: number] {
  if (text === undefined || text === '') return [0, 0];
  const [, first, second] = /\(\s*(\d{1,15})\s*\/\s*(\d{1,15})\s*\)/.exec(text) ?? [];
  const [covered, branches] = [Number(first), Number(second)];
  if (covered <= branches) return [branches, covered];
  throw new Error(`line ${line} has a condition-coverage of ${JSON.stringify(text)}`);
}

type Row = ReturnType<typeof rowOf>;

/** Its own lines, and those that only its methods tell. */
export function linesOf({ own, ofMethods }: Class): Map<string, Line> {
  return new Map([...ofMethods, ...own]);
}

function rowOf(one: Class) {
  return { ...one.told, ...sumOf(linesOf(one)) };
}

/** What lines come to. */
export function sumOf(lines: ReadonlyMap<string, Line>) {
  const all = [...lines.values()];
  const sum = (figure: (line: Line) => number): number => all.reduce((total, line) => total + figure(line), 0);
  return {
    lines: all.length,
    covered: sum(({ hit }) => (hit ? 1 : 0)),
    branches: sum(({ branches }) => branches),
    coveredBranches: sum(({ covered }) => covered),
  };
}

/** What it holds may be worse than its root says, where a program counts otherwise; never better, and no line less. */
function checkRoot(root: Readonly<Record<string, string>>, rows: readonly Row[]): void {
  const sum = (what: 'lines' | 'covered' | 'branches' | 'coveredBranches'): number =>
    rows.reduce((total, row) => total + row[what], 0);
  const held = { lines: sum('lines'), covered: sum('covered'), coveredBranches: sum('coveredBranches') };
  const valid = root['lines-valid'];
  const covered = root['lines-covered'];
  const branches = root['branches-covered'];
  if (valid !== undefined && wholeNumber(valid) > held.lines) {
    throw new Error(`it holds ${counted(held.lines, 'line')} and says ${valid}`);
  }
  if (covered !== undefined && wholeNumber(covered) < held.covered) {
    throw new Error(
      `it holds ${counted(held.covered, 'line')} that ${held.covered === 1 ? 'was' : 'were'} hit and says ${covered}`,
    );
  }
  if (branches !== undefined && wholeNumber(branches) < held.coveredBranches) {
    throw new Error(`it holds ${held.coveredBranches} branches that were hit and says ${branches}`);
  }
}
