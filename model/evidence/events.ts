import { type FailureCode, FAILURES } from '../failure.js';
import type { Json } from '../json.js';
import type { BoundFile } from '../people/approval.js';
import { CHOICES, MESSAGE_NAMES, type MessageName } from '../people/message.js';
import type { Mode, WindowPlan } from '../plan/plan.js';
import type { Proof } from '../signing/signing.js';
import { VERDICTS } from '../verdict.js';
import { flag, list, number, object, objects, optional, text, texts, type ValueOf, word, type Field } from './field.js';
import type { EvidenceRef } from './manifest.js';

/** Who writes an event: the go-live's workflow, the activity of a step, or who keeps the log and the bundle. */
type Writer = 'go-live' | 'step' | 'evidence';

interface EventKind {
  /** One line: what has happened. */
  about: string;
  by: Writer;
  fields: Record<string, Field<unknown>>;
}

// A code keeps its place in the table of failures; here are the words.
const CODES = Object.keys(FAILURES) as FailureCode[];

const approval = text('Id of the approval.');
const by = text('Name of the person.');
const digest = text('SHA-256 of what the question is about.');
const evidence = objects<EvidenceRef>('Files that it left: name, path below `data/`, SHA-256, bytes.');
const role = text('Role that the person spoke for.');
const reason = text('Why.');
const rollback = text('Id of the rollback.');
const sentence = text('What was found, in one sentence.');
const verdict = word(VERDICTS, 'The verdict.');
const via = word(['update', 'signal'], 'How the message came.');

const attemptOfPhase = {
  phase: text('Id of the phase.'),
  attempt: number('Attempt of the phase, from 1.'),
};
/** Names one step of one phase attempt, or one undo: a way back is a phase. */
const step = {
  phase: text('Id of the phase; on a way back `rollback-<id>`: `rollback-R1`, `rollback-undo`, `rollback-release`.'),
  phaseAttempt: number('Attempt of the phase, from 1; of a way back, its number in the go-live.'),
  step: text(
    'Id of the step; of an undo `undo-<phase>-<attempt>-<step>-<epoch>`, and of the further calls of its list the same with `-1`, `-2` and so on.',
  ),
  epoch: number('How many times the step was opened in this phase attempt.'),
  kind: text('Kind of the step.'),
};
const started = {
  ...step,
  title: text('Title, as people read it.'),
  attempt: number('Attempt of the activity, from 1.'),
  inputs: text('SHA-256 of the input.'),
  argv: optional(list('The command, with its arguments.')),
  undoes: optional(text('The step that it takes back: `<phase>.<attempt>/<step>`.')),
  window: optional(object<WindowPlan>('The rhythm of a step with `window`.')),
};
const done = {
  ...step,
  outputs: object('What the step gave.'),
  summary: text('What was found, in one line.'),
  evidence,
  durationMs: optional(number('Milliseconds that it took.')),
  recovered: optional(flag('The outcome was found after a crash: the deed was not done again.')),
  probed: optional(flag('The probe said that it was done.')),
};
const failed = {
  ...step,
  code: word(CODES, 'Failure code.'),
  message: text('What happened, and where.'),
  said: optional(text('What a program or service said last.')),
  hint: optional(text('What to do next.')),
  facts: optional(object('Facts of the failure.')),
  retryAfterMs: optional(number('Milliseconds that who was asked wants to be left alone.')),
  inputs: started.inputs,
  evidence,
  durationMs: done.durationMs,
  again: optional(flag('It is taken again: a try is left, or its worker was shut down and another goes on.')),
};
const settled = { ...step, by, role, reason: optional(reason), summary: done.summary };
const taken = { via, said: object('The message as it came.') };
const ended = { ...attemptOfPhase, sentence };
const fallen = { ...attemptOfPhase, rollback };
const omitted = { phase: attemptOfPhase.phase, by, role, reason };
const left = { phase: attemptOfPhase.phase, sentence: optional(sentence) };

/** Each message that a go-live takes has its event. */
const messages = {
  'message.approve': { about: 'A person approved.', by: 'go-live', fields: taken },
  'message.reject': { about: 'A person rejected.', by: 'go-live', fields: taken },
  'message.tick': { about: 'A person ticked an item of a checklist.', by: 'go-live', fields: taken },
  'message.choose': { about: 'An operator said what to do after a failure.', by: 'go-live', fields: taken },
  'message.waive': { about: 'A person waived a gate or a phase.', by: 'go-live', fields: taken },
  'message.omit': { about: 'A person declared a phase not required.', by: 'go-live', fields: taken },
  'message.abort': { about: 'Somebody stopped the go-live.', by: 'go-live', fields: taken },
} as const satisfies Record<`message.${MessageName}`, EventKind>;

/**
 * Every event of the log `data/events.jsonl`: what it says, and who writes it. The types below follow from this table,
 * and so do the auditor's reader and `docs/events.md`.
 */
export const EVENTS = {
  'go-live.started': {
    about: 'The go-live began.',
    by: 'go-live',
    fields: {
      plan: text('Digest of the plan.'),
      runbook: text('SHA-256 of the runbook.'),
      by,
      mode: word<Mode>(['rehearse', 'live'], 'Rehearsal or live.'),
      timeScale: number('By how much waiting times are shortened; 1 is real time.'),
      because: optional(text('Why, where something else than a person began it.')),
      proof: optional(object<Proof>('What proves who started it: principal, key, statement, signature.')),
    },
  },
  'phase.started': { about: 'An attempt of a phase began.', by: 'go-live', fields: attemptOfPhase },
  'phase.passed': {
    about: 'The steps are done and the gates hold.',
    by: 'go-live',
    fields: { ...ended, sentence: optional(sentence) },
  },
  'phase.failed': { about: 'The attempt did not pass.', by: 'go-live', fields: ended },
  'phase.skipped': { about: 'Its condition leaves the phase out, beside others.', by: 'go-live', fields: left },
  'phase.passed-over': { about: 'It failed, and what waits for it goes on.', by: 'go-live', fields: attemptOfPhase },
  'phase.omitted': { about: 'A person declared it not required before it began.', by: 'go-live', fields: omitted },
  'phase.cancelled': { about: 'The attempt was stopped.', by: 'go-live', fields: ended },
  'phase.taken-back': { about: 'A rollback undid it: it does not stand.', by: 'go-live', fields: fallen },
  'step.started': { about: 'A deed begins.', by: 'step', fields: started },
  'step.done': { about: 'A deed is done, and its evidence is on the disk.', by: 'step', fields: done },
  'step.failed': { about: 'A deed failed.', by: 'step', fields: failed },
  'step.probed': {
    about: 'After a crash, a probe looked whether the deed was done.',
    by: 'step',
    fields: {
      ...step,
      answer: word(['done', 'not-done', 'unknown'], 'What the probe says.'),
      found: text('What the probe saw.'),
    },
  },
  'step.settled': { about: 'A person looked and saw that the deed was done.', by: 'go-live', fields: settled },
  'undo.started': { about: 'An undo begins, a kind’s own or one of a list.', by: 'step', fields: started },
  'undo.done': { about: 'A step is taken back.', by: 'step', fields: done },
  'undo.failed': { about: 'An undo failed.', by: 'step', fields: failed },
  'undo.settled': { about: 'A person did by hand what an undo could not.', by: 'go-live', fields: settled },
  'approval.asked': {
    about: 'A question was opened.',
    by: 'go-live',
    fields: {
      approval,
      question: text('The question in words.'),
      digest,
      expiresAt: text('When it ends without an answer.'),
      files: optional(objects<BoundFile>('Evidence that it binds to: file, path below `data/`, SHA-256 or null.')),
    },
  },
  'approval.policy': {
    about: 'The rule of an approval was computed.',
    by: 'go-live',
    fields: {
      approval,
      ...attemptOfPhase,
      rule: text('The rule, in CEL.'),
      holds: flag('Whether the rule holds.'),
      values: object<Record<string, Json>>('Value of each path that the rule reads.'),
      why: optional(reason),
    },
  },
  'approval.closed': {
    about: 'A question was answered, or its time ran out.',
    by: 'go-live',
    fields: { approval, status: word(['approved', 'rejected', 'expired'], 'How it ended.'), sentence },
  },
  'vote.void': {
    about: 'A vote counts no more.',
    by: 'go-live',
    fields: { approval, by, role, why: optional(reason) },
  },
  'break-glass': {
    about: 'One person approved alone, in an emergency.',
    by: 'go-live',
    fields: { approval, by, role, reason, reviewBy: text('When it must be reviewed at the latest.') },
  },
  ...messages,
  'message.refused': {
    about: 'A message changed nothing.',
    by: 'go-live',
    fields: { message: word(MESSAGE_NAMES, 'Name of the message.'), ...taken, reason },
  },
  'operator.chose': {
    about: 'What follows a failure was chosen, by a person or because time ran out.',
    by: 'go-live',
    fields: {
      about: text('What was asked about.'),
      choice: word(CHOICES, 'The choice.'),
      by,
      role,
      reason: optional(reason),
    },
  },
  'abort.kept': {
    about: 'The go-live was stopped, and nothing more is taken back.',
    by: 'go-live',
    fields: { by, reason },
  },
  'rollback.started': {
    about: 'A way back began.',
    by: 'go-live',
    fields: {
      rollback,
      because: reason,
      undos: number('Registered undos that it takes.'),
    },
  },
  'rollback.ended': {
    about: 'A way back came to its end.',
    by: 'go-live',
    fields: {
      rollback,
      status: word(['done', 'incomplete'], 'How it ended.'),
      sentence,
    },
  },
  'evidence.collected': {
    about: 'The figures were written, before anybody decides on them.',
    by: 'go-live',
    fields: {
      digest: text('SHA-256 over the files so far.'),
      files: number('How many files.'),
      missing: texts('What the bundle should hold and does not.'),
    },
  },
  decision: {
    about: 'A decision was taken.',
    by: 'go-live',
    fields: { decision: text('Id of the decision.'), verdict, sentence },
  },
  verdict: {
    about: 'The go-live has its verdict.',
    by: 'go-live',
    fields: { verdict, sentence, rollbackIncomplete: flag('Something was left as it is.') },
  },
  'notice.failed': {
    about: 'A notice did not reach anybody.',
    by: 'evidence',
    fields: { title: text('Title, as people read it.'), code: failed.code, reason },
  },
  'torn-line': {
    about: 'A crash left half a line; its bytes were set aside.',
    by: 'evidence',
    fields: {
      file: text('Where they lie, below `data/`.'),
      bytes: number('How many.'),
      sha256: text('Their SHA-256.'),
    },
  },
  'link-left-out': {
    about: 'A symbolic link is not part of the bundle.',
    by: 'evidence',
    fields: { path: text('Where it lies.'), target: text('Where it points.') },
  },
  sealed: {
    about: 'The last line: nothing is written after it.',
    by: 'evidence',
    fields: {
      files: number('How many files.'),
      digest: text('SHA-256 over the manifest of all other files.'),
      verdict: word([...VERDICTS, 'none'], 'The verdict.'),
    },
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof EVENTS;

export type Fields = Record<string, Field<unknown>>;
type NeededOf<F extends Fields> = { [K in keyof F as F[K] extends { optional: true } ? never : K]: ValueOf<F[K]> };
type LeftOutOf<F extends Fields> = { [K in keyof F as F[K] extends { optional: true } ? K : never]?: ValueOf<F[K]> };

/** Spelt out, so that a compiler's message names the fields. */
type Flat<T> = { [K in keyof T]: T[K] };

/** What an event says besides its type. */
export type Facts<T extends EventType> = T extends EventType
  ? Flat<NeededOf<(typeof EVENTS)[T]['fields']> & LeftOutOf<(typeof EVENTS)[T]['fields']>>
  : never;

/**
 * `F` without a field that `Known` does not have. By itself the compiler looks for such fields in a literal alone; this
 * way it finds them in a variable and a spread, too.
 */
export type Exactly<F, Known> = F & { [K in Exclude<KeyOf<F>, KeyOf<Known>>]: never };
type KeyOf<T> = T extends unknown ? keyof T : never;

/** One event before the log numbers and chains it. */
export type EventDraft<T extends EventType = EventType> = T extends EventType
  ? {
      type: T;
      /** Workflow time, ISO 8601, where a workflow noted it. */
      time?: string;
    } & Facts<T>
  : never;
