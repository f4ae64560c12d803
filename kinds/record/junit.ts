import { type Account, nothingRead } from '../shared/reading.js';
import { type Element, wholeNumber, xmlWalker } from './xml.js';

export type Status = 'passed' | 'skipped' | 'failed' | 'error';

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

/** Test cases, those that failed, and those that were left out. */
interface Counts {
  tests: number;
  bad: number;
  skipped: number;
}

/** A test case, or a failure that stands in none. */
export type Case = { suite: string; class: string; name: string; time: string; status: Status };

/** What else is told of a test case. */
export interface Told {
  /** The file that it stands in; empty where nobody says. */
  file: string;
  /** What its failures and errors say: the attribute, and the text within. */
  says: { message: string; text: string }[];
}

/** A test case that is open. */
interface Open {
  status: Status;
  skipped: boolean;
  says: Told['says'];
}

interface JunitOptions {
  /** Whether no test case at all is no error, and more skipped than are told is one. */
  strict?: boolean;
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
export function junitReader(row: (row: Case, told: Told) => void, { strict = false }: JunitOptions = {}) {
  const report = new Report(row, strict);
  const walker = xmlWalker(['testsuites', 'testsuite'], (element, around, part) => {
    if (part === 'begin') report.begin(element);
    else report.finish(element, around);
  });
  return {
    push: walker.push,
    /** @throws Error when there are no test cases, or fewer tests or failures than a suite or the whole says */
    end: (): Account => {
      walker.end();
      if (report.tests === 0 && !strict) throw new Error('it holds no test case');
      return nothingRead();
    },
  };
}

class Report {
  tests = 0;
  private readonly suites: Suite[] = [];
  /** What is told so far of the test cases that are open. */
  private readonly open: Open[] = [];
  constructor(
    private readonly row: (row: Case, told: Told) => void,
    private readonly strict: boolean,
  ) {}

  begin({ name, attributes }: Element): void {
    if (isSuite(name)) this.suites.push(suiteOf(name, attributes));
    else if (name === 'testcase') this.open.push({ status: statusOf(attributes), skipped: false, says: [] });
    const found = BY_ELEMENT.get(name);
    const last = this.open.at(-1);
    if (found === undefined || last === undefined) return;
    last.status = worse(last.status, found);
    last.skipped ||= found === 'skipped';
  }

  finish(element: Element, around: readonly Element[]): void {
    const { name, attributes } = element;
    if (isSuite(name)) this.checkSuite();
    else if (name === 'testcase') this.close(attributes);
    const found = BY_ELEMENT.get(name);
    if (found === undefined || found === 'skipped') return;
    const said = { message: attributes.message ?? '', text: element.text };
    const last = this.open.at(-1);
    if (last !== undefined) last.says.push(said);
    else if (isSuite(around.at(-1)?.name ?? '')) {
      this.tell({ class: '', name: '', time: '' }, found, { file: '', says: [said] });
    }
  }

  private close({ classname = '', name = '', time = '', file = '' }: Readonly<Record<string, string>>): void {
    const { status, skipped, says } = this.open.pop() ?? { status: 'passed', skipped: false, says: [] };
    this.tests += 1;
    const held = this.suites.at(-1)?.held;
    if (held) {
      held.tests += 1;
      held.skipped += skipped || status === 'skipped' ? 1 : 0;
    }
    this.tell({ class: classname, name, time }, status, { file, says });
  }

  private tell(one: Omit<Case, 'suite' | 'status'>, status: Status, told: Told): void {
    const suite = this.suites.at(-1);
    this.row({ suite: suite?.name ?? '', ...one, status }, told);
    if (suite) suite.held.bad += status === 'failed' || status === 'error' ? 1 : 0;
  }

  private checkSuite(): void {
    const suite = this.suites.pop();
    if (!suite) return;
    const { told, said, held } = suite;
    if (said.tests > held.tests) throw new Error(`${told} says ${said.tests} tests and holds ${held.tests}`);
    if (said.bad > held.bad) throw new Error(`${told} says ${said.bad} failures and holds ${held.bad}`);
    if (this.strict && said.skipped > held.skipped) {
      throw new Error(`${told} says ${said.skipped} skipped and holds ${held.skipped}`);
    }
    const outer = this.suites.at(-1);
    if (!outer) return;
    outer.held.tests += held.tests;
    outer.held.bad += held.bad;
    outer.held.skipped += held.skipped;
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
  const { name = '', tests, failures, errors, skipped, disabled } = attributes;
  const said = {
    tests: wholeNumber(tests),
    bad: wholeNumber(failures) + wholeNumber(errors),
    // No error of old for a word that is no number: only what is strict asks.
    skipped: (Number(skipped) || 0) + (Number(disabled) || 0),
  };
  const told = element === 'testsuites' ? 'the whole' : `the suite ${JSON.stringify(name)}`;
  return { name: element === 'testsuites' ? '' : name, told, said, held: { tests: 0, bad: 0, skipped: 0 } };
}
