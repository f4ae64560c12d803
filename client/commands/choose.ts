import type { Command } from '@commander-js/extra-typings';
import { type Choice, needsReason } from '../../model/people/message.js';

interface Verb {
  choice: Choice;
  summary: string;
  description: string;
  example: string;
  /** What the second argument names, where the verb takes one. */
  names?: { field: 'step' | 'rollback'; about: string };
}

/** The answers to a failure that asks an operator; each is a verb. */
const VERBS: readonly Verb[] = [
  {
    choice: 'done',
    summary: 'say that a step whose outcome is unknown was done',
    description:
      'Answer a step that lost its worker and must not be repeated: you looked, and it is done. It needs a reason: what you saw.',
    example: 'golive done shop-prod migrate --as sre --reason "schema_version is 42"',
    names: { field: 'step', about: 'the step, when several failed' },
  },
  {
    choice: 'retry',
    summary: 'take the failed step again',
    description: 'Answer a failure: take the failed step again (with --phase, the whole phase).',
    example: 'golive retry lcopilot-lab',
    names: { field: 'step', about: 'the step, when several failed' },
  },
  {
    choice: 'retry-phase',
    summary: 'take the failed phase again',
    description: 'Answer a failure: take the whole phase again, from its first step.',
    example: 'golive retry-phase lcopilot-lab',
  },
  {
    choice: 'skip',
    summary: 'go on without the failed step',
    description:
      'Answer a failure: leave the failed step out and go on. It needs a reason, and the step must allow it.',
    example: 'golive skip lcopilot-lab notify --reason "the channel is down, told by phone"',
    names: { field: 'step', about: 'the step, when several failed' },
  },
  {
    choice: 'continue',
    summary: 'go on with the next phase in spite of the failure',
    description: 'Answer a failure: leave the phase failed and go on with the next one. It needs a reason.',
    example: 'golive continue lcopilot-lab --reason "does not block the local GO"',
  },
  {
    choice: 'rollback',
    summary: 'roll back and end the go-live',
    description:
      'Answer a failure: run a rollback of the runbook, or without a name undo all that was done; then stop.',
    example: 'golive rollback lcopilot-lab R2',
    names: { field: 'rollback', about: 'a rollback of the runbook, e.g. R2 (default: undo everything)' },
  },
  {
    choice: 'stop',
    summary: 'end the go-live at the failure',
    description: 'Answer a failure: end the go-live. (To end one that is not waiting for you: golive abort.)',
    example: 'golive stop lcopilot-lab --reason "window is over"',
  },
];

/** `golive done`, `retry`, `retry-phase`, `skip`, `continue`, `rollback`, `stop`. */
export function register(program: Command): void {
  for (const verb of VERBS) registerVerb(program, verb);
}

interface ChooseFlags {
  as?: string;
  by?: string;
  reason?: string;
  json?: boolean;
  key?: string;
  phase?: boolean;
}

function registerVerb(program: Command, { choice, summary, description, example, names }: Verb): void {
  const reasonNeeded = needsReason(choice);
  const command = program
    .command(choice)
    .summary(summary)
    .description(description)
    .option('--as <role>', 'role in which you speak (default: the one that is asked for)')
    .option('--by <name>', 'your name (default: the owner of the key, else the user of this computer)')
    .option(
      '--reason <text>',
      reasonNeeded ? 'why; needed, it stands in the evidence' : 'why; it stands in the evidence',
    )
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', `\nExample:\n  ${example}`);
  command.argument('<target>', 'target of the go-live');
  if (names !== undefined) command.argument(`[${names.field}]`, names.about);
  if (choice === 'retry') command.option('--phase', 'take the whole phase again');
  command.action(async () => {
    const [target = '', name] = command.args;
    const flags: ChooseFlags = command.opts();
    const { CliError } = await import('../errors.js');
    if (reasonNeeded && !flags.reason?.trim()) {
      throw new CliError(`'${choice}' needs a reason.`, {
        exitCode: 2,
        hint: `Give --reason "…"; see \`golive ${choice} --help\`.`,
      });
    }
    const { sendAndPrint } = await import('../go-live/sending.js');
    const named = names === undefined || name === undefined ? {} : { [names.field]: name };
    const { as: role, by, reason, json, key } = flags;
    const draft = { choice: flags.phase ? ('retry-phase' as const) : choice, role, by, reason, ...named };
    await sendAndPrint({ target, name: 'choose', draft, answers: { kind: 'operator' }, json, key });
  });
}
