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
  'starter-is-who-signed': {
    since: 'unreleased',
    reason:
      'A signed schedule could be started at will and under another name; now its calendar is signed with it, and who starts a go-live is who signed.',
  },
  'abort-is-for-people': {
    since: 'unreleased',
    reason:
      'Anybody who reached the server could abort a live go-live, which undoes; now only the people of its project.',
  },
  'first-answer-counts': {
    since: 'unreleased',
    reason: 'Of two answers to one question the later one counted when both came at once; now it is refused as late.',
  },
  'waits-for-who-is-wanted': {
    since: 'unreleased',
    reason: 'After a vote the search attribute named a role that had answered; now it names who is still wanted.',
  },
  'starter-is-readable': {
    since: 'unreleased',
    reason: 'A name with control characters or half a character stood in the evidence; now such a start is refused.',
  },
  'goes-on-while-asked': {
    since: 'unreleased',
    reason:
      'A flood of messages while people were asked ended the go-live at the limit of its history; now it goes on.',
  },
  'a-failure-asks-before-its-rollback': {
    since: 'unreleased',
    reason: 'A person was asked about a failed phase after its rollback, and could waive what was undone already.',
  },
  'a-phase-given-up-at-a-step-is-rolled-back': {
    since: 'unreleased',
    reason: 'An operator who took the phase again from a failed step left out the rollback that runs on every failure.',
  },
  'going-on-begins-at-what-was-taken-back': {
    since: 'unreleased',
    reason:
      'A second attempt of a later phase stood on phases that its rollback had undone; now these run again first.',
  },
  'a-stray-error-takes-the-way-back': {
    since: 'unreleased',
    reason:
      'An unforeseen error ended the go-live, or stopped it for good, with nothing undone; now it is as an abort.',
  },
  'preflight-before-the-first-phase': {
    since: 'unreleased',
    reason:
      'A missing secret or program was found when its step ran, with deeds before it done; now it is before the first.',
  },
  'promises-outlive-a-lost-phase': {
    since: 'unreleased',
    reason:
      'A phase whose execution was lost took its undos with it; now they are collected from the journals of its steps.',
  },
  'failed-undos-are-asked-about': {
    since: 'unreleased',
    reason:
      'An undo that failed left the rollback incomplete at once; now an operator has it tried again, or did it by hand.',
  },
  'goes-on-while-asked-about-a-phase': {
    since: 'unreleased',
    reason:
      'The question about a phase that failed for good stayed in its execution, and a flood of messages ended it.',
  },
  'hands-on-at-once': {
    since: 'unreleased',
    reason:
      'Large messages while people were asked filled the history before it was handed on; now bytes are counted, and nothing is waited for.',
  },
  'patterns-in-linear-time': {
    since: 'unreleased',
    reason:
      '`matches` went back over its text, and one pattern could hold a worker for good; now it takes linear time, and what cannot is unknown.',
  },
  'a-decision-stands-by-the-log': {
    since: 'unreleased',
    reason:
      'A go-live that was reset in Temporal had forgotten what it took back, and decided GO over it; now the event log is asked.',
  },
  'an-abort-before-the-verdict-is-carried-out': {
    since: 'unreleased',
    reason: 'An abort that came while the go-live ended was accepted and not carried out; now it is, or it is refused.',
  },
  'keep-takes-nothing-more-back': {
    since: 'unreleased',
    reason: 'A rollback was begun after an abort that takes nothing back; now only one under way is taken to its end.',
  },
  'what-a-rollback-names-falls': {
    since: 'unreleased',
    reason: 'A rollback with nothing to undo and no steps left phases standing that it says it takes back.',
  },
  'a-rollback-releases-what-it-held': {
    since: 'unreleased',
    reason:
      'What a step of a rollback held for the go-live (`undoOn: always`) was never released; now it is at the end.',
  },
  'a-list-tells-what-was-left': {
    since: 'unreleased',
    reason: 'A list of go-lives hid ROLLBACK INCOMPLETE behind the verdict; now the memo of a go-live says it.',
  },
  'what-is-sealed-stays-as-it-is': {
    since: 'unreleased',
    reason:
      'A go-live that was reset after its end took the sealed log for an error of its own and undid; now it does nothing.',
  },
  'a-take-back-releases-what-it-held': {
    since: 'unreleased',
    reason:
      'What a step of a rollback held (`undoOn: always`) stayed when it took back a go-live that had ended; now it is released.',
  },
  'goes-on-while-asked-about-an-undo': {
    since: 'unreleased',
    reason:
      'A flood of messages while an operator was asked about an undo ended the go-live, and the undo was lost; now it goes on.',
  },
  'an-undo-given-up-stays-so': {
    since: 'unreleased',
    reason: 'An undo that a person had given up was tried, and asked about, once more by the next way back.',
  },
  'a-notice-fails-nothing': {
    since: 'unreleased',
    reason: 'A notice whose activity failed ended the go-live without a verdict and undid nothing; now it is noted.',
  },
  'a-sentence-ends-before-its-question': {
    since: 'unreleased',
    reason: 'A question ran into the sentence before it where that had no full stop; what is asked is signed.',
  },
  'whatever-fails-a-phase-is-told': {
    since: 'unreleased',
    reason:
      'Notices of `no-go` were not sent for a phase that failed by a rejection, or was given up at a step: the end alone was told.',
  },
  'an-approval-binds-to-its-evidence': {
    since: 'unreleased',
    reason:
      'Who accepted the results of a phase was bound to its gates alone; now also to the files of evidence that they rest on.',
  },
  'what-an-approval-binds-to-is-looked-at': {
    since: 'unreleased',
    reason:
      'A file that was changed while its approval was asked was approved all the same, and found by `verify` alone; now such an approval is refused.',
  },
} as const satisfies Record<string, Change>;

export type ChangeName = keyof typeof CHANGES;

/** Whether this execution is from after the change, so that it does the new thing; recorded in its history. */
export function changed(name: ChangeName): boolean {
  return patched(name);
}
