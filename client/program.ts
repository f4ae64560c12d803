import { Command } from '@commander-js/extra-typings';
import * as answer from './commands/answer.js';
import * as codec from './commands/codec.js';
import * as completion from './commands/completion.js';
import * as doctor from './commands/doctor.js';
import * as down from './commands/down.js';
import * as evidence from './commands/evidence.js';
import * as explain from './commands/explain.js';
import * as keys from './commands/keys.js';
import * as list from './commands/list.js';
import * as logs from './commands/logs.js';
import * as fresh from './commands/new.js';
import * as plan from './commands/plan.js';
import * as playbook from './commands/playbook.js';
import * as preflight from './commands/preflight.js';
import * as rehearse from './commands/rehearse.js';
import * as report from './commands/report.js';
import * as schedule from './commands/schedule.js';
import * as schema from './commands/schema.js';
import * as start from './commands/start.js';
import * as status from './commands/status.js';
import * as ui from './commands/ui.js';
import * as up from './commands/up.js';
import * as validate from './commands/validate.js';
import * as verify from './commands/verify.js';
import * as watch from './commands/watch.js';
import { version } from './server/paths.js';

/** The verbs in the order of their use; each group stands under its heading in `--help`. */
const GROUPS: readonly [heading: string, verbs: readonly { register(program: Command): void }[]][] = [
  ['Write a runbook:', [fresh, validate, plan, explain, schema]],
  ['Run it:', [rehearse, preflight, start, watch, status, logs, list, schedule]],
  ['Answer it:', [answer, playbook, keys]],
  ['Its evidence:', [evidence, verify, report]],
  ['Server and worker:', [up, down, ui, codec, doctor, completion]],
];

/** The whole command line. Nothing heavy is loaded before a verb acts. */
export function buildProgram(): Command {
  const program = new Command('golive');
  program
    .description(
      'Takes a system from NO-GO to GO: runs a runbook as durable steps, with gates, approvals, rollbacks and evidence.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpCommand(helpVerb())
    .addHelpText(
      'after',
      '\nExample:\n  golive rehearse runbooks/lcopilot-day3.yaml\n\n`golive <verb> --help` shows its options and an example.',
    )
    .showSuggestionAfterError(true)
    .configureHelp({ subcommandTerm: (command) => command.name(), sortOptions: true })
    .configureOutput({ outputError: (text, write) => write(errorText(text)) })
    .exitOverride();
  for (const [heading, verbs] of GROUPS) {
    program.commandsGroup(heading);
    for (const verb of verbs) verb.register(program);
  }
  return program;
}

/** `golive help <verb>`, under the last heading instead of one of its own. */
function helpVerb(): Command {
  const help = new Command('help');
  help.argument('[verb]').description('show the help of a verb').helpOption(false).helpGroup('Server and worker:');
  return help;
}

/** Commander's own errors in the words of ours: what happened, what to do next. */
function errorText(text: string): string {
  const [what = '', ...rest] = text.trimEnd().split('\n');
  const said = what.replace(/^error: /, '');
  const hint = rest
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1');
  return `golive: ${said}\n  next   ${hint === '' ? '`golive --help` lists the verbs, `golive <verb> --help` their options.' : hint}\n`;
}
