import type { Json, JsonObject } from '../model/json.js';
import { stepCalls } from './hands.js';

/**
 * The outputs of a step once more, from its raw evidence; undefined for kinds whose evidence does not hold all of it.
 *
 * @param input the step's `with`, expressions resolved
 * @param read content of an evidence file of the step by its name
 * @throws Error when the input or the evidence cannot be read
 */
export function recomputeOutputs(
  kind: string,
  input: JsonObject,
  read: (name: string) => Buffer | undefined,
): Json | undefined {
  const call = stepCalls.call(kind, 'do');
  if (!call.handler.recompute) return undefined;
  const outputs = call.handler.recompute(call.kind.input.parse(input), read);
  // Through the kind's schema and JSON, as the outputs went when they were logged.
  return outputs === undefined ? undefined : (JSON.parse(JSON.stringify(call.kind.outputs.parse(outputs))) as Json);
}
