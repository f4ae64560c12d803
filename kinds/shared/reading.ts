import { z } from 'zod';
import type { FailureCode } from '../../model/failure.js';

/** What was to be read is not as it must be. Pure, for hands and auditors alike; `asStep` makes it a step's failure. */
export class ReadingError extends Error {
  override readonly name = 'ReadingError';
  constructor(
    /** CHECK_FAILED for what another look may find whole. */
    readonly code: Extract<FailureCode, 'BAD_INPUT' | 'CHECK_FAILED' | 'EXPECTATION_FAILED'>,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** What became of all that a reader was given: `looked + unreadable + leftOut` is the whole. */
export interface Account {
  looked: number;
  unreadable: number;
  leftOut: number;
  /** Where the first that could not be read stands, and why. */
  problem?: string;
}

/** An account of nothing yet. */
export function nothingRead(): Account {
  return { looked: 0, unreadable: 0, leftOut: 0 };
}

/** Counts one more that could not be read. */
export function countUnreadable(account: Account, problem: string): void {
  account.unreadable += 1;
  account.problem ??= problem;
}

/** Adds an account of another part of the same whole. */
export function addAccount(to: Account, { looked, unreadable, leftOut, problem }: Account): void {
  to.looked += looked;
  to.unreadable += unreadable;
  to.leftOut += leftOut;
  if (problem !== undefined) to.problem ??= problem;
}

/** The figures of an account, as outputs. */
export function figuresOfAccount({ looked, unreadable, leftOut }: Account): Omit<Account, 'problem'> {
  return { looked, unreadable, leftOut };
}

/** The clause of a sentence that accounts for what was not looked at; empty when there is nothing to say. */
export function accountText({ unreadable, leftOut, problem }: Account): string {
  const bad = unreadable === 0 ? '' : `; ${unreadable} unreadable${problem === undefined ? '' : ` (${problem})`}`;
  return `${bad}${leftOut === 0 ? '' : `; ${leftOut} left out`}`;
}

/** The field of every kind that reads much: how much of it may be unreadable. */
export const unreadableField = z
  .strictObject({ atMost: z.int().min(0).max(1_000_000_000) })
  .default({ atMost: 0 })
  .describe('How many may be unreadable; with more, the figures are unknown and the step fails.');

/** The outputs of every kind that reads much. */
export const accountOutputs = {
  looked: z.int().describe('What was looked at: with `unreadable` and `leftOut` it is all that there was.'),
  unreadable: z.int().describe('What could not be read.'),
  leftOut: z.int().describe('What the step was told to leave out.'),
};

/**
 * Holds an account to how much of it may be unreadable: what was not read is never good news.
 *
 * @param what how the whole is called: `lines of app.log`
 * @throws ReadingError CHECK_FAILED
 */
export function refuseUnreadable(account: Account, { atMost }: { atMost: number }, what: string): void {
  const { looked, unreadable, leftOut, problem } = account;
  if (unreadable <= atMost) return;
  const whole = looked + unreadable + leftOut;
  const first = problem === undefined ? '' : `; the first: ${problem}`;
  const limit = atMost === 0 ? '' : `, and at most ${atMost} may be`;
  throw new ReadingError(
    'CHECK_FAILED',
    `${unreadable} of ${whole} ${whole === 1 ? what.replace(/^([a-z]+)s\b(?! that)/, '$1') : what} cannot be read${limit}, so nothing is known${first}.`,
  );
}
