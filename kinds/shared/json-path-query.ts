import {
  type FilterFunction,
  FunctionExpressionType,
  jsonpath,
  JSONPathEnvironment,
  type JSONPathQuery,
  type Token,
} from 'json-p3';
import { bounded, work } from './json-path-work.js';
import { pattern, patternProblem, PatternError, patternSentence } from '../../model/text/pattern.js';

/** A pattern takes some characters in the time in which a query takes a step. */
const CHARACTERS_PER_STEP = 4;

type FilterExpression = jsonpath.expressions.FilterExpression;

/** `match` and `search` of RFC 9535, by the one reader of patterns. A pattern that is none is an error. */
function byPattern(whole: boolean): FilterFunction {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call: (text: unknown, source: unknown): boolean => {
      if (typeof text !== 'string' || typeof source !== 'string') return false;
      work.spend(Math.ceil((text.length + source.length) / CHARACTERS_PER_STEP));
      return pattern(source, { whole }).test(text);
    },
  };
}

/** The library's own functions go back over the text, and with a pattern that is none they select nothing in silence. */
class LinearEnvironment extends JSONPathEnvironment {
  protected override setupFilterFunctions(): void {
    super.setupFilterFunctions();
    this.functionRegister.set('match', byPattern(true));
    this.functionRegister.set('search', byPattern(false));
  }

  /** A pattern that is written out is judged when the query is read. */
  override checkWellTypedness(token: Token, args: FilterExpression[]): FilterExpression[] {
    const [, written] = args;
    if (/^(match|search)$/.test(token.value) && written instanceof jsonpath.expressions.StringLiteral) {
      const problem = patternProblem(written.value);
      if (problem) throw new PatternError(problem);
    }
    return super.checkWellTypedness(token, args);
  }
}

const environment = new LinearEnvironment();

/**
 * Reads a JSONPath query (RFC 9535). Its patterns are those of runbooks, in linear time; what it does is bounded.
 *
 * @throws JSONPathError; PatternError for a pattern in it, also when the query is applied and its pattern is a value;
 *   TooMuchWork when it is applied
 */
export function compile(path: string): JSONPathQuery {
  return bounded(environment.compile(path));
}

/** Why a text is no query, in one sentence; nothing when it is one. */
export function jsonPathProblem(path: string): string | undefined {
  try {
    compile(path);
    return undefined;
  } catch (error) {
    return whyNoJsonPath(path, error);
  }
}

/** What `compile`, or a query of it, threw. */
export function whyNoJsonPath(path: string, error: unknown): string {
  if (error instanceof PatternError)
    return `the pattern in ${JSON.stringify(path)} cannot be used: ${patternSentence(error.problem)}`;
  return `${JSON.stringify(path)} is no JSONPath (RFC 9535)`;
}
