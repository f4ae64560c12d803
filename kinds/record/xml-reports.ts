import { SaxesParser } from 'saxes';
import type { JsonObject } from '../../model/json.js';

interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
}

/**
 * Walks through a document that is strictly XML.
 *
 * @param roots how its root may be called
 * @param visit is given each element when it begins and when it ends, and those around it, the outermost first
 * @throws Error for what is no XML, or has another root
 */
function walkXml(
  text: string,
  roots: readonly string[],
  visit: (element: Element, around: readonly Element[], part: 'begin' | 'end') => void,
): void {
  const parser = new SaxesParser();
  const open: Element[] = [];
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === 0 && !roots.includes(name)) throw new Error(`its root is ${name}, not ${roots.join(' or ')}`);
    const element = { name, attributes };
    visit(element, open, 'begin');
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) visit(element, open, 'end');
  });
  parser.write(text).close();
}

/** What a test suite says of itself, and what it holds. */
interface Suite {
  name: string;
  said: { tests: number; bad: number };
  held: { tests: number; bad: number };
}

const STATUS: Readonly<Record<string, string>> = { failure: 'failed', error: 'error', skipped: 'skipped' };
const GRAVE = ['passed', 'skipped', 'failed', 'error'];

/**
 * Test cases of a JUnit report, a row each: `{suite, class, name, time, status}` with the status passed, skipped, failed or
 * error.
 *
 * @throws Error when there are none, or fewer tests or failures than a suite says
 */
export function junitRows(text: string): JsonObject[] {
  const rows: JsonObject[] = [];
  const suites: Suite[] = [];
  let status = 'passed';
  walkXml(text, ['testsuites', 'testsuite'], (element, around, part) => {
    const { name, attributes } = element;
    if (name === 'testsuite') {
      if (part === 'begin') suites.push(suiteOf(attributes));
      else checkSuite(suites);
    } else if (name === 'testcase' && part === 'begin') status = 'passed';
    else if (name === 'testcase') {
      rows.push({ suite: suites.at(-1)?.name ?? '', ...caseOf(attributes), status });
      const held = suites.at(-1)?.held;
      if (held) {
        held.tests += 1;
        held.bad += status === 'failed' || status === 'error' ? 1 : 0;
      }
    } else if (part === 'begin' && around.at(-1)?.name === 'testcase' && Object.hasOwn(STATUS, name)) {
      const found = STATUS[name] ?? 'error';
      if (GRAVE.indexOf(found) > GRAVE.indexOf(status)) status = found;
    }
  });
  if (rows.length === 0) throw new Error('it holds no test case');
  return rows;
}

function caseOf({ classname = '', name = '', time = '' }: Readonly<Record<string, string>>): JsonObject {
  return { class: classname, name, time };
}

function suiteOf({ name = '', tests, failures, errors }: Readonly<Record<string, string>>): Suite {
  const said = { tests: wholeNumber(tests), bad: wholeNumber(failures) + wholeNumber(errors) };
  return { name, said, held: { tests: 0, bad: 0 } };
}

function checkSuite(suites: Suite[]): void {
  const suite = suites.pop();
  if (!suite) return;
  const { name, said, held } = suite;
  const where = `the suite ${JSON.stringify(name)}`;
  if (said.tests > held.tests) throw new Error(`${where} says ${said.tests} tests and holds ${held.tests}`);
  if (said.bad > held.bad) throw new Error(`${where} says ${said.bad} failures and holds ${held.bad}`);
  const outer = suites.at(-1);
  if (!outer) return;
  outer.held.tests += held.tests;
  outer.held.bad += held.bad;
}

/**
 * Classes of a Cobertura report, a row each: `{package, class, file, lines, covered, branches, coveredBranches}`, counted
 * from their lines.
 *
 * @throws Error when there are no lines
 */
export function coberturaRows(text: string): JsonObject[] {
  const rows: (JsonObject & { lines: number; covered: number; branches: number; coveredBranches: number })[] = [];
  walkXml(text, ['coverage'], ({ name, attributes }, around, part) => {
    if (part === 'end') return;
    if (name === 'class') {
      const inner = { class: attributes.name ?? '', file: attributes.filename ?? '' };
      const pack = around.findLast((one) => one.name === 'package')?.attributes.name ?? '';
      rows.push({ package: pack, ...inner, lines: 0, covered: 0, branches: 0, coveredBranches: 0 });
      return;
    }
    const row = rows.at(-1);
    // The lines of methods stand among those of their class once more.
    if (name !== 'line' || !row || around.at(-2)?.name !== 'class') return;
    row.lines += 1;
    row.covered += wholeNumber(attributes.hits, 'hits') > 0 ? 1 : 0;
    const [, covered, branches] = /\((\d+)\/(\d+)\)/.exec(attributes['condition-coverage'] ?? '') ?? [];
    row.branches += wholeNumber(branches);
    row.coveredBranches += wholeNumber(covered);
  });
  if (rows.every(({ lines }) => lines === 0)) throw new Error('it holds no line');
  return rows;
}

/** @param needed what must be there; without it, nothing is none */
function wholeNumber(text: string | undefined, needed?: string): number {
  if (text === undefined && needed === undefined) return 0;
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new Error(`${needed ?? 'a count'} is ${JSON.stringify(text ?? 'missing')}, which is no number`);
  }
  return Number(text);
}
