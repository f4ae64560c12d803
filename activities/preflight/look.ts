import type { Standing } from '../../model/preflight/finding.js';
import type { Use } from '../../model/preflight/uses.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveRef } from '../../model/state/contract.js';
import type { Capabilities, StepCall } from '../step/step.js';

/** A use of a kind, with what the worker knows of the kind. */
export interface KnownUse extends Use {
  call: StepCall;
}

/** What every look of a preflight is given. */
export interface Look {
  goLive: GoLiveRef;
  plan: Plan;
  uses: readonly KnownUse[];
  /** The worker's environment. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  ways: Capabilities;
}

/** A thing that is needed, by whom first, and how surely. */
export interface Need<T> {
  thing: T;
  where: string;
  sure: boolean;
  first: boolean;
}

/**
 * What the uses of a plan need, each thing once.
 *
 * @param of what one use needs
 * @param key two things with one key are one
 */
export function needs<T>(look: Look, of: (use: KnownUse) => readonly T[], key: (thing: T) => string): Need<T>[] {
  const found = new Map<string, Need<T>>();
  for (const use of look.uses) {
    for (const thing of of(use)) {
      const known = found.get(key(thing));
      const { where, sure, first } = use;
      if (!known) found.set(key(thing), { thing, where, sure, first });
      else if (sure && !known.sure) found.set(key(thing), { thing, where, sure, first: first || known.first });
    }
  }
  return [...found.values()];
}

/**
 * How a thing stands that is not there.
 *
 * @param made a deed before its use may make it
 */
export function lacking({ sure, first }: Pick<Need<unknown>, 'sure' | 'first'>, made: boolean): Standing {
  return sure && (first || !made) ? 'missing' : 'doubtful';
}

/** Why a `doubtful` thing does not keep the go-live from beginning. */
export function why({ sure }: Pick<Need<unknown>, 'sure'>, standing: Standing): string {
  if (standing !== 'doubtful') return '';
  return sure ? ' A step before it may bring it.' : ' A condition says later whether it is needed.';
}
