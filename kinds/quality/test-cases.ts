import { pattern } from '../../model/text/pattern.js';
import { type Case, junitReader, type Told } from '../record/junit.js';
import { pauses } from '../shared/pauses.js';
import { ReadingError } from '../shared/reading.js';
import { textPieces } from '../shared/text.js';
import { zonedTime } from '../shared/times.js';

/** A test case, or what stands in the place of tests that could not be collected. */
export interface TestCase {
  module: string;
  name: string;
  status: Case['status'];
  seconds: number;
  /** Its tests were not collected, so they were not run. */
  uncollected: boolean;
  /** One line on why it is not passed. */
  cause: string;
}

/** What tells in class, name or message that a module or suite could not be collected, by the programs that write it. */
const UNCOLLECTED = [
  // pytest, junitxml.py: append_collect_error
  '^collection failure$',
  // jest, and jest-junit with reportTestSuiteErrors
  'Test suite failed to run',
  // vitest
  'No test suite found in file|Failed to (?:load|resolve) (?:url|import)',
  // unittest/loader.py: _FailedTest; nose and others name the phase
  '^unittest\\.loader\\.(?:_FailedTest|ModuleImportFailure|LoadTestsFailure)$',
  // JUnit 4: a class that could not be begun
  '^initializationError$',
];
const LONGEST_CAUSE = 300;

/**
 * Reads a JUnit report by its test cases. All else of the process goes on meanwhile.
 *
 * @param path how the file is told in an error
 * @param more patterns of what else tells of a collection error
 * @throws ReadingError CHECK_FAILED for one that is empty, torn, or says more than it holds
 */
export async function readTestCases(bytes: Uint8Array, path: string, more: readonly string[]) {
  const cases: TestCase[] = [];
  const known = [...UNCOLLECTED, ...more].map((source) => pattern(source));
  const tells = (text: string): boolean => known.some((one) => one.test(text));
  try {
    const reader = junitReader((one, told) => cases.push(caseOf(one, told, tells)), { strict: true });
    const pause = pauses();
    for (const piece of textPieces(bytes, path)) {
      reader.push(piece);
      await pause();
    }
    reader.end();
  } catch (cause) {
    if (cause instanceof ReadingError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n')[0]?.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `${path} cannot be read as a JUnit report: ${why}.`, cause);
  }
  return cases;
}

/** When a report says that its suites began: the earliest that has a zone. */
export function begunIn(bytes: Uint8Array): number | undefined {
  let earliest: number | undefined;
  const text = Buffer.from(bytes).toString('latin1');
  for (const [, said = ''] of text.matchAll(/<testsuites?\s[^<>]*?\stimestamp="([^"<>]{1,40})"/g)) {
    const read = zonedTime(said);
    if ('ms' in read && !(read.ms > (earliest ?? Number.POSITIVE_INFINITY))) earliest = read.ms;
  }
  return earliest;
}

function caseOf(one: Case, told: Told, tells: (text: string) => boolean): TestCase {
  const bad = one.status === 'failed' || one.status === 'error';
  // Some programs give each test case a class of its own: its whole title.
  const named = one.class === one.name ? '' : one.class;
  const module = named || one.suite || told.file || 'unnamed';
  const uncollected = bad && isUncollected(one, told, tells);
  return {
    module: uncollected ? one.name || one.class || module : module,
    name: one.name,
    status: one.status,
    seconds: secondsOf(one.time),
    uncollected,
    cause: bad ? causeOf(told) : '',
  };
}

function isUncollected(
  { suite, class: named, name }: Case,
  { file, says }: Told,
  tells: (text: string) => boolean,
): boolean {
  // It stands in no test case, or in one that is called like the whole file: no test of it was run.
  if (name === '' || (name === suite && name === named) || name === file || /^\S+\.[cm]?[jt]sx?$/.test(name))
    return true;
  const texts = [named, name, ...says.flatMap(({ message, text }) => [message, ...text.split('\n', 3)])];
  return texts.some((text) => tells(text.trim()));
}

/** The error itself, where a program writes it below its traceback; else what is said first. */
function causeOf({ says: [first] }: Told): string {
  if (first === undefined) return '';
  const lines = first.text.split('\n').map((line) => line.trim());
  const marked = lines
    .filter((line) => /^E\s{2,}\S/.test(line))
    .at(-1)
    ?.replace(/^E\s+/, '');
  const raised = lines.find(
    (line) => /^[\w.]*(?:Error|Exception)\b.*\S/.test(line) && !line.startsWith('ImportError while'),
  );
  const said = marked ?? raised ?? (first.message || lines.find((line) => line !== ''));
  return (said ?? '').replace(/\s+/g, ' ').slice(0, LONGEST_CAUSE);
}

/** Some programs part thousands by commas. */
function secondsOf(text: string): number {
  const seconds = Number(text.replaceAll(',', '') || '0');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : 0;
}
