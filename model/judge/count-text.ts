/** A count as people read it: whole as it is, a mean or an estimate with four significant figures. */
export function countText(count: number): string {
  return Number.isInteger(count) ? String(count) : String(Number(count.toPrecision(4)));
}
