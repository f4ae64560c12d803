import { jsonpath, type JSONPathQuery } from 'json-p3';
import type { Json } from '../../model/json.js';

/** Steps that a query may take besides those in proportion to its document: about a second. */
const STEPS = 1_000_000;
const STEPS_PER_VALUE = 24;
/** To come to a value below others takes as long as so many steps beside each other. */
const STEPS_DOWN = 8;
/** Names and places of a path that are copied in the time of a step. */
const PLACES_PER_STEP = 8;

/** A query, or a filter in it, goes over its document again and again. */
export class TooMuchWork extends Error {}

/** What queries may still do: one runs at a time, from its beginning to its end. */
class Work {
  private left = 0;
  begin(document: Json): void {
    this.left = STEPS + STEPS_PER_VALUE * valuesIn(document);
  }
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new TooMuchWork('it goes over its document too often');
  }
}
export const work = new Work();

/**
 * Bounds what a query does: each node that one of its selectors looks at or gives, and each try of a filter, is a step.
 * `$[?count($[*]) > 0]` would take the square of them, and `$[0,0][0,0]…` doubles them each time.
 */
export function bounded(query: JSONPathQuery): JSONPathQuery {
  watch(query);
  const { query: ask } = query;
  query.query = (document) => {
    // json-p3 says JSONValue for what is JSON.
    work.begin(document as Json);
    return ask.call(query, document);
  };
  return query;
}

function watch(query: JSONPathQuery): void {
  for (const segment of query.segments) {
    const steps = segment.toString().startsWith('..') ? STEPS_DOWN : 1;
    for (const selector of segment.selectors) {
      const { resolve } = selector;
      selector.resolve = (node) => {
        work.spend(steps);
        const found = resolve.call(selector, node);
        work.spend(found.length * (1 + Math.floor(node.location.length / PLACES_PER_STEP)));
        return found;
      };
      if (selector instanceof jsonpath.selectors.FilterSelector) watchFilter(selector.expression);
    }
  }
}

/** Queries stand at any depth of an expression. */
function watchFilter(expression: jsonpath.expressions.FilterExpression): void {
  const { evaluate } = expression;
  expression.evaluate = (context) => {
    work.spend(1);
    return evaluate.call(expression, context);
  };
  for (const part of Object.values(expression).flat()) {
    if (part instanceof jsonpath.expressions.FilterExpression) watchFilter(part);
    else if (part instanceof jsonpath.JSONPathQuery) watch(part);
  }
}

/** All values of a document, itself included. */
function valuesIn(document: Json): number {
  let count = 0;
  const open: Json[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    count += 1;
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Array.isArray(value) ? value : Object.values(value)) open.push(member);
  }
  return count;
}
