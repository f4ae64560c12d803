import type { Command } from '@commander-js/extra-typings';
import { type MessageName, MESSAGES } from '../../model/people/message.js';
import { ANSWER_VERBS, type AnswerVerb, type Given, verbNeedsReason } from '../people/verbs.js';

/** `golive approve`, `reject`, `tick`, the answers to a failure (`done`, `retry`, …), `waive`, `abort`. */
export function register(program: Command): void {
  for (const [name, verb] of Object.entries(ANSWER_VERBS)) registerVerb(program, name, verb as AnswerVerb<MessageName>);
}

function registerVerb<N extends MessageName>(program: Command, verb: string, how: AnswerVerb<N>): void {
  const { message, summary, description, names, options, examples, confirm, instead, draft } = how;
  const command = program.command(verb).summary(summary).description(description);
  command.argument('<target>', 'target of the go-live');
  if (names) command.argument(names.argument, names.about);
  for (const { flags, about, needed } of options) {
    if (needed) command.requiredOption(flags, about);
    else command.option(flags, about);
  }
  command.option('--key <file>', 'SSH key to sign with (default: one of yours that may)');
  command.option('--json', 'print the answer as JSON');
  const heading = examples.length > 1 ? 'Examples' : 'Example';
  command.addHelpText('after', `\n${heading}:\n${examples.map((example) => `  ${example}`).join('\n')}`);
  command.action(async () => {
    const [target = '', name] = command.args;
    const given: Given = command.opts();
    if (verbNeedsReason(verb) && !given.reason?.trim()) {
      const { CliError } = await import('../errors.js');
      throw new CliError(`'${verb}' needs a reason.`, {
        exitCode: 2,
        hint: `Give --reason "…"; see \`golive ${verb} --help\`.`,
      });
    }
    if (await instead?.(target, name, given)) return;
    await confirm?.(target, given);
    const { sendAndPrint } = await import('../go-live/sending.js');
    const { answers } = MESSAGES[message];
    await sendAndPrint({
      target,
      name: message,
      draft: await draft(name, given),
      ...(answers ? { answers: { kind: answers.kind, ...(answers.named ? { id: name } : {}) } } : {}),
      json: given.json,
      key: given.key,
    });
  });
}
