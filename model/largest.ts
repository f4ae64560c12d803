/** The largest of any number of values; undefined of none, NaN where one is. A call with each of them as an argument has its limit. */
export function largest(values: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const value of values) {
    if (Number.isNaN(value)) return value;
    if (found === undefined || value > found) found = value;
  }
  return found;
}

/** The smallest of any number of values; undefined of none, NaN where one is. */
export function smallest(values: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const value of values) {
    if (Number.isNaN(value)) return value;
    if (found === undefined || value < found) found = value;
  }
  return found;
}
