import { StepError } from '../../activities/step/step-error.js';
import { type Pattern, pattern, PatternError, patternSentence } from '../../model/text/pattern.js';

/** A pattern of a step, which takes one line (or text) at a time, of any length, in time in proportion to it. */
export interface LineMatcher {
  readonly source: string;
  /** Whether it fits; `^` and `$` are the ends of what is given. @throws StepError BAD_INPUT where that takes too long */
  test(line: string): boolean;
  /** What its group 1 finds first. @throws StepError as `test` */
  group(line: string): string | undefined;
}

/**
 * Reads a regular expression of a step's input, once for all lines.
 *
 * @throws StepError BAD_INPUT for what is none, or cannot be had in linear time, with what to write instead
 */
export function lineMatcher(source: string): LineMatcher {
  const read: Pattern = told(source, () => pattern(source));
  return {
    source,
    test: (line) => told(source, () => read.test(line)),
    group: (line) => told(source, () => read.find(line)?.group),
  };
}

/** For each pattern the places of the lines that match. @throws StepError as `lineMatcher` */
export function matchLines(sources: readonly string[], lines: readonly string[]): number[][] {
  return sources.map(lineMatcher).map(({ test }) => lines.flatMap((line, at) => (test(line) ? [at] : [])));
}

/**
 * Whether a text, as one piece with its line breaks, matches. `^` and `$` stand for its ends; the line end that commands
 * write last may stand between the text and its end.
 *
 * @throws StepError as `lineMatcher`
 */
export function matchTail(source: string, text: string): boolean {
  const { test } = lineMatcher(source);
  return test(text) || test(text.replace(/\r?\n$/, ''));
}

function told<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    const { suggestion, ...problem } = cause.problem;
    throw new StepError('BAD_INPUT', `The pattern ${source} cannot be used: ${patternSentence(problem)}.`, {
      hint: suggestion,
      cause,
    });
  }
}
