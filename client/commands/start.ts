import type { Command } from '@commander-js/extra-typings';
import { collectInput, parseMode, parseName, parseTimeScale } from '../terminal/options.js';

/** `golive start`: a go-live of a runbook on a target. */
export function register(program: Command): void {
  program
    .command('start')
    .summary('start a go-live')
    .description(
      'Check and plan a runbook, and start its go-live on a target. One target has one running go-live.\n' +
        'Exit codes with --wait: 0 go, 3 no-go, 5 rollback incomplete. Otherwise 0 when it was started, 4 when it was refused.',
    )
    .argument('<runbook>', 'file of the runbook')
    .requiredOption('--target <target>', 'what it acts on, e.g. lcopilot-lab', parseName)
    .requiredOption('--change <change>', 'what it is for, e.g. a ticket or a date', parseName)
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--mode <mode>', 'rehearse or live', parseMode, 'rehearse' as const)
    .option('--time-scale <n>', 'how many times faster it waits, in rehearsals', parseTimeScale)
    .option('--by <name>', 'who starts it (default: the owner of the key, else the user of this computer)')
    .option('--key <file>', 'SSH key to sign the start with (default: one of yours that may)')
    .option('--evidence <dir>', 'folder for the evidence (default: ./evidence)')
    .option('--wait', 'show it until it ends; the exit code is its verdict')
    .option('--require <decision>', 'with --wait: exit 0 when this one decision holds')
    .option('--json', 'print one JSON object at the end')
    .option('-y, --yes', 'do not ask before a live go-live starts')
    .addHelpText(
      'after',
      '\nExample:\n  golive start runbooks/lcopilot-day3.yaml --target lcopilot --change 2026-11-21 --mode live',
    )
    .action(async (file, options) => {
      const { start } = await import('../go-live/start.js');
      await start(file, options);
    });
}
