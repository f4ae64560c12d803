import { counted } from '../../model/text/counted.js';
import type { Json } from '../../model/json.js';
import { type Account, nothingRead } from '../shared/reading.js';
import { type Element, wholeNumber, xmlWalker } from './xml.js';

/** Most lines that are kept to be counted once. */
const MOST_LINES = 10_000_000;

/** What is known of a line. */
interface Line {
  hit: boolean;
  branches: number;
  covered: number;
}

/** Lines of a class by their numbers: its own, and those of its methods, which most programs write there once more. */
interface Class {
  told: { package: string; class: string; file: string };
  own: Map<string, Line>;
  ofMethods: Map<string, Line>;
}

/**
 * Reads a Cobertura report: a row for each class, `{package, class, file, lines, covered, branches, coveredBranches}`,
 * counted from its lines, each once.
 *
 * @param row is given each row, at the end
 */
export function coberturaReader(row: (row: Json) => void) {
  const classes = new Map<string, Class>();
  let current: Class | undefined;
  let root: Readonly<Record<string, string>> = {};
  let count = 0;
  const walker = xmlWalker(['coverage'], (element, around, part) => {
    if (part === 'end') return;
    const { name, attributes } = element;
    if (around.length === 0) root = attributes;
    else if (name === 'class') current = classOf(classes, attributes, around);
    else if (name === 'line') {
      const inClass = around.some((one) => one.name === 'class');
      if (!current || !inClass) throw new Error('a line stands outside of a class');
      count += 1;
      if (count > MOST_LINES) throw new Error(`it has more than ${MOST_LINES} lines`);
      const isOwn = !around.some((one) => one.name === 'method');
      addLine(isOwn ? current.own : current.ofMethods, attributes);
    }
  });
  return {
    push: walker.push,
    /** @throws Error when there are no lines, or other than the root says */
    end: (): Account => {
      walker.end();
      const rows = [...classes.values()].map(rowOf);
      if (rows.every(({ lines }) => lines === 0)) throw new Error('it holds no line');
      checkRoot(root, rows);
      for (const one of rows) row(one);
      return nothingRead();
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
  const known = classes.get(key) ?? { told, own: new Map<string, Line>(), ofMethods: new Map<string, Line>() };
  classes.set(key, known);
  return known;
}

function addLine(lines: Map<string, Line>, attributes: Readonly<Record<string, string>>): void {
  const number = String(wholeNumber(attributes.number, 'number'));
  const hit = wholeNumber(attributes.hits, 'hits') > 0;
  const [branches, covered] = branchesOf(attributes['condition-coverage'], number);
  const known = lines.get(number);
  lines.set(number, {
    hit: hit || known?.hit === true,
    branches: Math.max(branches, known?.branches ?? 0),
    covered: Math.max(covered, known?.covered ?? 0),
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

function rowOf({ told, own, ofMethods }: Class) {
  const all = [...own.values(), ...[...ofMethods].flatMap(([number, line]) => (own.has(number) ? [] : [line]))];
  const sum = (figure: (line: Line) => number): number => all.reduce((total, line) => total + figure(line), 0);
  return {
    ...told,
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
