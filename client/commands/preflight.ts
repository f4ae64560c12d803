import type { Command } from '@commander-js/extra-typings';
import { collectInput, parseMode, parseName } from '../terminal/options.js';

/** `golive preflight`: whether all that a go-live needs is there. */
export function register(program: Command): void {
  program
    .command('preflight')
    .summary('look whether all that a go-live needs is there')
    .description(
      'Plan a runbook and let the worker look for secrets, programs, hosts, folders, room on disks, people and their keys, and what each kind checks. Nothing is begun.\n' +
        'A live start does the same by itself. Exit codes: 0 all is there, 2 something is missing.',
    )
    .argument('<runbook>', 'file of the runbook')
    .requiredOption('--target <target>', 'what it acts on, e.g. lcopilot-lab', parseName)
    .option('--change <change>', 'what it is for, e.g. a ticket or a date', parseName, 'preflight')
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--mode <mode>', 'rehearse or live', parseMode, 'live' as const)
    .option('--by <name>', 'who will start it: may not approve it')
    .option('--evidence <dir>', 'folder for the evidence (default: ./evidence)')
    .option('--json', 'print the findings as one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  golive preflight runbooks/lcopilot-day3.yaml --target lcopilot --change 2026-11-21',
    )
    .action(async (file, options) => {
      const { showPreflight } = await import('../go-live/preflight.js');
      await showPreflight(file, options);
    });
}
