import type { GateId, StepId } from './address.js';

export const LIMIT_OPS = ['atLeast', 'above', 'atMost', 'below', 'equals', 'within', 'noWorseThan'] as const;
export type LimitOp = (typeof LIMIT_OPS)[number];

export interface GatePlan {
  /** Unique in the phase; spread gates are `<step>.<gate>`. */
  id: GateId;
  title: string;
  /** CEL; `it` is the outputs of step `it` where that is set. */
  value: string;
  it?: StepId;
  limit: Limit;
  /** CEL of the sample size and of the successes behind a proportion, when it has them. */
  n?: string;
  successes?: string;
  /** CEL of the records of steps that say why a figure which this gate reads is unknown; absent in plans of earlier versions. */
  why?: string[];
  /** Where `n` is no whole number it is told as an estimate; absent in plans of earlier versions. */
  roughN?: true;
  /** Fewer than this many samples is `inconclusive`. */
  minN?: number;
  /** false: a failure only warns. */
  hard: boolean;
  /** true: cannot be waived. */
  floor: boolean;
  /** Of those who may waive, the roles that may waive this gate. */
  waivableBy?: string[];
  /** `ratio` values print as given, `percent` ×100; `ms` as a duration. */
  unit?: 'percent' | 'ms' | 'count';
}

export type Limit =
  | { op: 'atLeast' | 'above' | 'atMost' | 'below'; threshold: number }
  | { op: 'equals'; threshold: number | string | boolean }
  | { op: 'within'; low: number; high: number }
  /** `value` may be worse (lower) than the baseline's CEL value by at most `by`. */
  | { op: 'noWorseThan'; baseline: string; by: number };
