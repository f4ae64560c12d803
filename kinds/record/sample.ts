import { quantile } from '../../model/expression/statistics.js';

/** Numbers that are put in order at once: some milliseconds. */
const PIECE = 1 << 16;

/** Numbers as they come, of which a figure is made. Those of which none is kept take no memory, however many they are. */
export class Sample {
  count = 0;
  sum = 0;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;
  private last: number[] = [];
  private readonly sorted: Float64Array[] = [];

  /** @param keeps whether quantiles are asked for */
  constructor(private readonly keeps: boolean) {}

  add(value: number): void {
    this.count += 1;
    this.sum += value;
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
    if (!this.keeps) return;
    this.last.push(value);
    if (this.last.length === PIECE) this.close();
  }

  /** Quantile by linear interpolation, of all that came. */
  quantile(p: number): number {
    if (this.last.length > 0) this.close();
    return quantile(this.count, (rank) => this.at(rank), p);
  }

  private close(): void {
    this.sorted.push(Float64Array.from(this.last).toSorted());
    this.last = [];
  }

  /** The value of a rank: the least of all doubles that so many are not above, sought by halves. */
  private at(rank: number): number {
    let [low, high] = [orderOf(this.least), orderOf(this.most)];
    while (low < high) {
      const middle = low + (high - low) / 2n;
      const value = doubleOf(middle);
      const notAbove = this.sorted.reduce((sum, piece) => sum + countUpTo(piece, value), 0);
      if (notAbove > rank) high = middle;
      else low = middle + 1n;
    }
    return doubleOf(low);
  }
}

/** How many of a piece in order are not above a value. */
function countUpTo(piece: Float64Array, value: number): number {
  let [from, to] = [0, piece.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((piece[middle] ?? 0) <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);
const LARGEST = 0x7fff_ffff_ffff_ffffn;

/** The place of a double among all of them: its bits, those of a negative one turned round. */
function orderOf(value: number): bigint {
  double[0] = value;
  const [order = 0n] = bits;
  return order < 0n ? -(order & LARGEST) - 1n : order;
}

function doubleOf(order: bigint): number {
  bits[0] = order < 0n ? BigInt.asIntN(64, -(order + 1n) | (1n << 63n)) : order;
  return double[0] ?? 0;
}
