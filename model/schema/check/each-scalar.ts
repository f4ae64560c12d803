import type { Json } from '../../json.js';
import type { Path } from '../yaml/source.js';

/** Visits every text, number and truth of a value, with its place below `path`. */
export function eachScalar(
  value: Json,
  path: Path,
  visit: (scalar: string | number | boolean, path: Path) => void,
): void {
  if (value === null) return;
  if (typeof value !== 'object') return visit(value, path);
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value))
    eachScalar(item, [...path, key], visit);
}
