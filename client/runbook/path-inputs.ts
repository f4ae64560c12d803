import { resolve } from 'node:path';
import type { Json, JsonObject } from '../../model/json.js';
import { parseInput } from '../../model/schema/format/inputs.js';
import type { Runbook } from '../../model/schema/format/runbook.js';

/**
 * Inputs whose relative paths start at the folder of who gives them: a shell's working folder, or that of golive.yaml. A
 * default of the runbook starts at the runbook's own folder, and is not among these.
 *
 * @param given by name; texts from the command line or typed values
 * @param folder absolute
 * @returns the same inputs; of type `path` and `paths` absolute, where they can be read
 */
export function withPathsFrom({ inputs: specs = {} }: Runbook, given: JsonObject, folder: string): JsonObject {
  const absolute = (value: Json): Json => (typeof value === 'string' && value !== '' ? resolve(folder, value) : value);
  return Object.fromEntries(
    Object.entries(given).map(([name, raw]): [string, Json] => {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      if (spec?.type !== 'path' && spec?.type !== 'paths') return [name, raw];
      const read = parseInput(spec, raw, false);
      if (!read.ok) return [name, raw];
      return [name, Array.isArray(read.value) ? read.value.map(absolute) : absolute(read.value)];
    }),
  );
}
