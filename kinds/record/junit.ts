import type { Json, JsonObject } from '../../model/json.js';
import { type Account, nothingRead } from '../shared/reading.js';
import { type Element, wholeNumber, xmlWalker } from './xml.js';

type Status = 'passed' | 'skipped' | 'failed' | 'error';

/** How bad it is: the worst of what is told counts. */
const GRAVE: readonly Status[] = ['passed', 'skipped', 'failed', 'error'];
/** What elements within a test case, or a suite, say. */
const BY_ELEMENT = new Map<string, Status>([
  ['failure', 'failed'],
  ['error', 'error'],
  ['skipped', 'skipped'],
]);
/** What a program says of a test case in the attribute `status` or `result`. */
const BY_WORD = new Map<string, Status>([
  ...['', 'passed', 'pass', 'success', 'successful', 'succeeded', 'ok', 'run', 'completed'].map(
    (word): [string, Status] => [word, 'passed'],
  ),
  ...[
    'skipped',
    'skip',
    'notrun',
    'suppressed',
    'disabled',
    'ignored',
    'pending',
    'untested',
    'notexecuted',
    'inconclusive',
  ].map((word): [string, Status] => [word, 'skipped']),
  ...['failed', 'fail', 'failure', 'undefined'].map((word): [string, Status] => [word, 'failed']),
  ...['error', 'errored', 'broken', 'timeout', 'aborted', 'crashed'].map((word): [string, Status] => [word, 'error']),
]);

/** Test cases, and those that failed. */
interface Counts {
  tests: number;
  bad: number;
}

/** What a test suite, or all of them, says of itself, and what it holds. */
interface Suite {
  name: string;
  told: string;
  said: Counts;
  held: Counts;
}

/**
 * Reads a JUnit report: a row for each test case, `{suite, class, name, time, status}` with the status passed, skipped,
 * failed or error. A failure of a suite that stands in no test case is a row without a name.
 *
 * @param row is given each row
 */
export function junitReader(row: (row: Json) => void) {
  const report = new Report(row);
  const walker = xmlWalker(['testsuites', 'testsuite'], (element, around, part) => {
    if (part === 'begin') report.begin(element, around);
    else report.finish(element);
  });
  return {
    push: walker.push,
    /** @throws Error when there are no test cases, or fewer tests or failures than a suite or the whole says */
    end: (): Account => {
      walker.end();
      if (report.tests === 0) throw new Error('it holds no test case');
      return nothingRead();
    },
  };
}

class Report {
  tests = 0;
  private readonly suites: Suite[] = [];
  /** What is told so far of the test cases that are open. */
  private readonly open: Status[] = [];
  constructor(private readonly row: (row: Json) => void) {}

  begin({ name, attributes }: Element, around: readonly Element[]): void {
    if (isSuite(name)) this.suites.push(suiteOf(name, attributes));
    else if (name === 'testcase') this.open.push(statusOf(attributes));
    const found = BY_ELEMENT.get(name);
    if (found === undefined) return;
    const last = this.open.at(-1);
    if (last !== undefined) this.open.splice(-1, 1, worse(last, found));
    else if (found !== 'skipped' && isSuite(around.at(-1)?.name ?? ''))
      this.tell({ class: '', name: '', time: '' }, found);
  }

  finish({ name, attributes }: Element): void {
    if (isSuite(name)) this.checkSuite();
    if (name !== 'testcase') return;
    const { classname = '', name: title = '', time = '' } = attributes;
    this.tests += 1;
    const held = this.suites.at(-1)?.held;
    if (held) held.tests += 1;
    this.tell({ class: classname, name: title, time }, this.open.pop() ?? 'passed');
  }

  private tell(told: JsonObject, status: Status): void {
    const suite = this.suites.at(-1);
    this.row({ suite: suite?.name ?? '', ...told, status });
    if (suite) suite.held.bad += status === 'failed' || status === 'error' ? 1 : 0;
  }

  private checkSuite(): void {
    const suite = this.suites.pop();
    if (!suite) return;
    const { told, said, held } = suite;
    if (said.tests > held.tests) throw new Error(`${told} says ${said.tests} tests and holds ${held.tests}`);
    if (said.bad > held.bad) throw new Error(`${told} says ${said.bad} failures and holds ${held.bad}`);
    const outer = this.suites.at(-1);
    if (!outer) return;
    outer.held.tests += held.tests;
    outer.held.bad += held.bad;
  }
}

const isSuite = (name: string): boolean => name === 'testsuite' || name === 'testsuites';

const worse = (a: Status, b: Status): Status => (GRAVE.indexOf(b) > GRAVE.indexOf(a) ? b : a);

function statusOf({ status = '', result = '', name = '' }: Readonly<Record<string, string>>): Status {
  return [status, result].reduce<Status>((worst, word) => {
    const found = BY_WORD.get(word.toLowerCase().replace(/[\s_-]/g, ''));
    if (found !== undefined) return worse(worst, found);
    throw new Error(`the test case ${JSON.stringify(name)} says ${JSON.stringify(word)} of itself, which is not known`);
  }, 'passed');
}

function suiteOf(element: string, attributes: Readonly<Record<string, string>>): Suite {
  const { name = '', tests, failures, errors } = attributes;
  const said = { tests: wholeNumber(tests), bad: wholeNumber(failures) + wholeNumber(errors) };
  const told = element === 'testsuites' ? 'the whole' : `the suite ${JSON.stringify(name)}`;
  return { name: element === 'testsuites' ? '' : name, told, said, held: { tests: 0, bad: 0 } };
}
