/** A count as people read it: whole as it is, a mean or an estimate with four significant figures. */
export function countText(count: number): string {
  return Number.isInteger(count) ? String(count) : String(Number(count.toPrecision(4)));
}

/** Whether a sample size was estimated, as a rate over a time is: there is no half of a sample. */
export function isRough({ roughN }: { roughN?: true }, n: number): boolean {
  return roughN === true && !Number.isInteger(n);
}
