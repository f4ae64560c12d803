import {
  type Choice,
  CHOICES,
  type MessageName,
  type Messages,
  needsReason,
  type Verb,
} from '../../model/people/message.js';

/** A message whose role and name the person may have left out. */
export type Draft<N extends MessageName> = Omit<Messages[N], 'role' | 'by'> & { role?: string; by?: string };

/** What was given on the command line, by the names of the options. */
export interface Given {
  as?: string;
  by?: string;
  reason?: string;
  note?: string;
  until?: string;
  breakGlass?: boolean;
  phase?: boolean;
  keep?: boolean;
  yes?: boolean;
  change?: string;
  name?: string;
  despiteLater?: boolean;
  evidence?: string;
  trust?: string[];
  wait?: boolean;
  key?: string;
  json?: boolean;
}

/** An option of a verb; `needed` ones are asked for by name when they are left out. */
export interface Option {
  flags: string;
  about: string;
  needed?: boolean;
}

/** How one verb of the command line makes a message. */
export interface AnswerVerb<N extends MessageName> {
  message: N;
  summary: string;
  description: string;
  /** What the argument after the target names. */
  names?: { argument: string; about: string };
  /** Besides `--key`, where the message can be signed, and `--json`. */
  options: readonly Option[];
  examples: readonly string[];
  /** Asks before it is sent, where that is needed. @throws CliError (exit 4) */
  confirm?: (target: string, given: Given) => Promise<void>;
  /** Does something else where it is no message to a go-live that runs. @returns whether it did */
  instead?: (target: string, name: string | undefined, given: Given) => Promise<boolean>;
  /** @param name the argument after the target */
  draft: (name: string | undefined, given: Given) => Draft<N> | Promise<Draft<N>>;
}

const as = (otherwise: string): Option => ({
  flags: '--as <role>',
  about: `role in which you speak (default: ${otherwise})`,
});
const AS_ASKED = as('the one that is asked for');
const BY_KEY: Option = {
  flags: '--by <name>',
  about: 'your name (default: the owner of the key, else the user of this computer)',
};
const REASON: Option = { flags: '--reason <text>', about: 'why; it stands in the evidence' };
const REASON_NEEDED: Option = { ...REASON, needed: true };
const THE_STEP = { argument: '[step]', about: 'the step, when several failed' };

/** A verb for one of the answers to a failure that asks an operator. */
function answer(
  choice: Choice,
  texts: Pick<AnswerVerb<'choose'>, 'summary' | 'description' | 'names'> & {
    example: string;
    options?: readonly Option[];
  },
  field?: 'step' | 'rollback',
): AnswerVerb<'choose'> {
  const { example, options = [], ...rest } = texts;
  const why = needsReason(choice) ? { ...REASON, about: 'why; needed, it stands in the evidence' } : REASON;
  return {
    message: 'choose',
    ...rest,
    options: [AS_ASKED, BY_KEY, why, ...options],
    examples: [example],
    draft: (name, { as: role, by, reason, phase }) => ({
      choice: phase ? 'retry-phase' : choice,
      role,
      by,
      reason,
      ...(field === undefined || name === undefined ? {} : { [field]: name }),
    }),
  };
}

/** Of a failure that asks an operator; and, where the go-live has ended, the start of another one that takes it back. */
const ROLLBACK: AnswerVerb<'choose'> = {
  ...answer(
    'rollback',
    {
      summary: 'roll back: answer a failure so, or take back a go-live that has ended',
      description:
        'While a go-live asks about a failure: run a rollback of its runbook, or without a name undo all that was done; then stop.\n' +
        'When it has ended: take it back, as a go-live of its own that whoever had to approve the decision approves. It carries out\n' +
        'every undo that still stands, or the named rollback; its evidence names the first, whose bundle must verify.\n' +
        'Exit codes: 0 started (with --wait: taken back), 2 bad input, 4 refused, 5 rollback incomplete, 10 to 12 or 15 the bundle does not hold.',
      example: 'golive rollback lcopilot-lab R2',
      names: { argument: '[rollback]', about: 'a rollback of the runbook, e.g. R2 (default: undo everything)' },
      options: [
        { flags: '--change <change>', about: 'of an ended one: its change (default: the last)' },
        { flags: '--name <change>', about: 'change name of the new go-live (default: CHANGE-rollback-N)' },
        { flags: '--despite-later', about: 'although later go-lives changed things since; needs a reason' },
        { flags: '--evidence <dir>', about: 'folder for the evidence (default: ./evidence)' },
        {
          flags: '--trust <key...>',
          about:
            'the key that sealed its bundle: SHA256:… or a PEM file; more than one where others sealed what came after (default: the one here)',
        },
        { flags: '--wait', about: 'show it until it ends; the exit code is its verdict' },
        { flags: '-y, --yes', about: 'do not ask before a live go-live is taken back' },
      ],
    },
    'rollback',
  ),
  examples: [
    'golive rollback lcopilot-lab R2',
    'golive rollback lcopilot --change 2026-11-21 --reason "customers see old prices" --wait',
  ],
  instead: async (target, name, given) => {
    const { rollBackIfEnded } = await import('../go-live/roll-back.js');
    return rollBackIfEnded(target, name, given);
  },
};

/** The verbs that answer a go-live, in the order of their use; a message or a choice without its verb does not compile. */
export const ANSWER_VERBS: { readonly [N in MessageName as Verb<N>]: AnswerVerb<N> } = {
  approve: {
    message: 'approve',
    summary: 'approve what a go-live asks for',
    description: 'Approve a phase or decision of a running go-live, in a role. It may be given before it is asked for.',
    names: { argument: '<item>', about: 'what is approved: a phase, `<phase>.after`, or a decision' },
    options: [
      AS_ASKED,
      BY_KEY,
      { ...REASON, about: `${REASON.about}; where parts of it are asked for, as "fix=…; by=…; reference=…"` },
      {
        flags: '--break-glass',
        about: 'in an emergency: alone, with a key that may; loud in the verdict, reviewed later',
      },
    ],
    examples: [
      'golive approve lcopilot-lab full --as cto --reason "smoke is clean"',
      'golive approve lcopilot-lab full.2 --as cto --reason "fix=OCR limit raised; by=Dana; reference=LC-41"',
      'golive approve shop deployment --as cto --break-glass --reason "CTO unreachable, incident 4711"',
    ],
    draft: (approval = '', { as: role, by, reason, breakGlass }) => ({
      approval,
      role,
      by,
      reason,
      ...(breakGlass ? { breakGlass: 'yes' } : {}),
    }),
  },
  reject: {
    message: 'reject',
    summary: 'reject what a go-live asks for',
    description:
      'Reject a phase or decision of a running go-live, in a role and with a reason. One rejection closes the question.',
    names: { argument: '<item>', about: 'what is rejected: a phase, `<phase>.after`, or a decision' },
    options: [AS_ASKED, BY_KEY, REASON_NEEDED],
    examples: ['golive reject lcopilot-lab full --as cto --reason "429 rate is rising"'],
    draft: (approval = '', { as: role, by, reason = '' }) => ({ approval, role, by, reason }),
  },
  tick: {
    message: 'tick',
    summary: 'tick an item of a checklist',
    description: 'Tick one item of a phase’s checklist, in its role.',
    names: { argument: '<item>', about: '`<phase>.<item>`' },
    options: [as('the item’s role'), BY_KEY, { flags: '--note <text>', about: 'a remark; it stands in the evidence' }],
    examples: ['golive tick lcopilot-lab stop-reset.window --as infra'],
    draft: (item = '', { as: role, by, note }) => ({ item, role, by, note }),
  },
  done: answer(
    'done',
    {
      summary: 'say that a step whose outcome is unknown was done',
      description:
        'Answer a step that lost its worker and must not be repeated: you looked, and it is done. It needs a reason: what you saw.',
      example: 'golive done shop-prod migrate --as sre --reason "schema_version is 42"',
      names: THE_STEP,
    },
    'step',
  ),
  retry: answer(
    'retry',
    {
      summary: 'take the failed step again',
      description: 'Answer a failure: take the failed step again (with --phase, the whole phase).',
      example: 'golive retry lcopilot-lab',
      names: THE_STEP,
      options: [{ flags: '--phase', about: 'take the whole phase again' }],
    },
    'step',
  ),
  'retry-phase': answer('retry-phase', {
    summary: 'take the failed phase again',
    description:
      'Answer a failure: take the whole phase again. Its rollback runs first, and what that took back is taken again, too.',
    example: 'golive retry-phase lcopilot-lab',
  }),
  skip: answer(
    'skip',
    {
      summary: 'go on without the failed step',
      description:
        'Answer a failure: leave the failed step out and go on. It needs a reason, and the step must allow it.',
      example: 'golive skip lcopilot-lab notify --reason "the channel is down, told by phone"',
      names: THE_STEP,
    },
    'step',
  ),
  continue: answer('continue', {
    summary: 'go on with the next phase in spite of the failure',
    description:
      'Answer a failure: leave the phase failed, run its rollback, and go on with the next one. What the rollback took back of earlier phases runs again before. It needs a reason.',
    example: 'golive continue lcopilot-lab --reason "does not block the local GO"',
  }),
  rollback: ROLLBACK,
  stop: answer('stop', {
    summary: 'end the go-live at the failure',
    description: 'Answer a failure: end the go-live. (To end one that is not waiting for you: golive abort.)',
    example: 'golive stop lcopilot-lab --reason "window is over"',
  }),
  waive: {
    message: 'waive',
    summary: 'let a failed gate count as passed, for a reason and a time',
    description:
      'Waive a gate (`<phase>.<gate>`), or a whole phase for the decisions. It always ends, needs a reason, and shows on the report.\n' +
      'Gates that are floors cannot be waived.',
    names: { argument: '<gate>', about: '`<phase>.<gate>`, or a phase' },
    options: [
      { flags: '--as <role>', about: 'role in which you speak', needed: true },
      BY_KEY,
      REASON_NEEDED,
      {
        flags: '--until <when>',
        about: 'its end: a duration from now (8h, 7d) or an ISO 8601 time',
        needed: true,
      },
    ],
    examples: ['golive waive lcopilot-lab full.accuracy --as cto --reason "known set" --until 8h'],
    draft: async (gate = '', { as: role, by, reason = '', until = '' }) => {
      const { untilOf } = await import('../terminal/until.js');
      return { gate, role, by, reason, until: untilOf(until, Date.now()) };
    },
  },
  omit: {
    message: 'omit',
    summary: 'declare a phase not required, before it begins',
    description:
      'Leave a phase out that the runbook lets a role leave out (`mayOmit`). It needs a reason, and is loud in verdict and report.',
    names: { argument: '<phase>', about: 'a phase that has not begun' },
    options: [{ flags: '--as <role>', about: 'role in which you speak', needed: true }, BY_KEY, REASON_NEEDED],
    examples: ['golive omit shop-prod load-test --as cto --reason "run yesterday, ticket 4711"'],
    draft: (phase = '', { as: role, by, reason = '' }) => ({ phase, role, by, reason }),
  },
  abort: {
    message: 'abort',
    summary: 'stop a go-live now and undo what it did',
    description:
      'Stop a running go-live at once, whatever it does, and undo what it did, newest first. A live one is stopped by the\n' +
      'people of golive.yaml, and shows before what it will take back. With --keep nothing is taken back.',
    options: [
      BY_KEY,
      REASON_NEEDED,
      { flags: '--keep', about: 'stop, and take nothing back; loud in verdict and report' },
      { flags: '-y, --yes', about: 'do not ask before a live go-live is aborted' },
    ],
    examples: [
      'golive abort lcopilot-lab --reason "customer incident"',
      'golive abort shop-prod --keep --reason "the old version cannot be had back; mended by hand"',
    ],
    confirm: async (target, given) => {
      const { confirmAbort } = await import('./confirm-abort.js');
      await confirmAbort(target, given);
    },
    draft: (_name, { by, reason = '', keep }) => ({ by, reason, ...(keep ? { keep: 'yes' } : {}) }),
  },
};

/** Whether a verb is an answer to a failure that must say why. */
export function verbNeedsReason(verb: string): boolean {
  const choice = CHOICES.find((candidate) => candidate === verb);
  return choice !== undefined && needsReason(choice);
}
