import vm from 'node:vm';
import { StepError } from '../../activities/step/step-error.js';

/** Longer lines are cut before they are matched. */
export const LINE_CHARACTERS = 4096;
const LINES_AT_ONCE = 2000;
const TIME_MS = 1000;

/** Runs in a realm of its own under a time limit, since a regular expression can take exponential time. */
const SCRIPT = new vm.Script(
  'const pattern = new RegExp(source); lines.flatMap((line, at) => (pattern.test(line) ? [at] : []))',
);

const GROUP = new vm.Script(
  'const pattern = new RegExp(source); lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])',
);

/**
 * Which lines match which patterns, in bounded time.
 *
 * @param sources regular expressions
 * @returns for each pattern the places of the lines that match
 * @throws StepError BAD_INPUT for a pattern that is no regular expression or that takes too long
 */
export function matchLines(sources: readonly string[], lines: readonly string[]): number[][] {
  for (const source of sources) compile(source);
  const found: number[][] = sources.map(() => []);
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const some = lines.slice(from, from + LINES_AT_ONCE).map((line) => line.slice(0, LINE_CHARACTERS));
    sources.forEach((source, index) => {
      for (const at of runBounded(source, some)) found[index]?.push(from + at);
    });
  }
  return found;
}

/** What group 1 of a pattern finds in each line that matches, in order. @throws StepError BAD_INPUT as above */
export function matchGroup(source: string, lines: readonly string[]): string[] {
  compile(source);
  const found: string[] = [];
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const some = lines.slice(from, from + LINES_AT_ONCE).map((line) => line.slice(0, LINE_CHARACTERS));
    found.push(...bounded<string>(GROUP, source, some));
  }
  return found;
}

/** Whether a text, as one piece with its line breaks, matches: `^` and `$` stand for its ends. */
export function matchTail(source: string, text: string): boolean {
  compile(source);
  return runBounded(source, [text.slice(-65_536)]).length > 0;
}

const runBounded = (source: string, lines: string[]): number[] => bounded<number>(SCRIPT, source, lines);

function bounded<T>(script: vm.Script, source: string, lines: string[]): T[] {
  try {
    const hits = script.runInNewContext({ source, lines }, { timeout: TIME_MS }) as T[];
    return [...hits];
  } catch (cause) {
    throw new StepError('BAD_INPUT', `The pattern ${source} takes too long on this text.`, {
      hint: 'Write it without a repetition inside a repetition.',
      cause,
    });
  }
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StepError('BAD_INPUT', `${source} is no regular expression: ${reason}.`, { cause });
  }
}
