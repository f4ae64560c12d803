import { patched } from '@temporalio/workflow';

/** A change of what the workflows do: histories from before it replay as they were made. */
interface Change {
  /** The version in which it came; `unreleased` until it has one. */
  since: string;
  /** What was done before, and why it is done otherwise now. */
  reason: string;
}

/**
 * Every change of workflow behaviour, by the name that its marker has in histories. A name is never changed or used
 * again. An entry goes when no go-live from before it can still run, by Temporal's `deprecatePatch` first.
 */
export const CHANGES = {
  'ledger-settles-once': {
    since: '0.1.0',
    reason:
      'A lost worker ended a `once` step in doubt; now the step runs again and its ledger says whether it had begun.',
  },
  'each-step-in-doubt-is-asked': {
    since: '0.1.0',
    reason: 'Answering for one of several failed steps took the others again; now each is asked about by itself.',
  },
  'a-phase-in-the-way-ends-first': {
    since: '0.1.0',
    reason:
      'A phase left over by a reset failed the new one by its id; now it is waited for, so that two never act at once.',
  },
} as const satisfies Record<string, Change>;

export type ChangeName = keyof typeof CHANGES;

/** Whether this execution is from after the change, so that it does the new thing; recorded in its history. */
export function changed(name: ChangeName): boolean {
  return patched(name);
}
