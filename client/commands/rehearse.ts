import type { Command } from '@commander-js/extra-typings';
import { collectInput, parseLab, parseName, parseTimeScale } from '../terminal/options.js';

/** `golive rehearse`: a runbook on a real small system that golive starts for it. */
export function register(program: Command): void {
  program
    .command('rehearse')
    .summary('rehearse a runbook on its lab')
    .description(
      'Start the lab of a runbook (a real small system), and run the go-live on it, faster than in earnest.\n' +
        'What people are asked is asked here; without a terminal, golive gives the answers that the runbook declares, and prints each.\n' +
        'The exit code is that of the go-live: 0 go, 3 no-go, 5 rollback incomplete.',
    )
    .argument('<runbook>', 'file of the runbook')
    .option('--fault <id>', 'break the lab in this way')
    .option('--list-faults', 'list the faults and what to expect of each')
    .option('--lab <name>', 'rehearse on this lab instead of the runbook’s', parseLab)
    .option('--time-scale <n>', 'how many times faster it waits (default: the runbook’s)', parseTimeScale)
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--change <change>', 'what it is for (default: rehearsal and the time)', parseName)
    .option('--evidence <dir>', 'folder for the evidence (default: ./evidence)')
    .option('--require <decision>', 'exit 0 when this one decision holds')
    .option('--non-interactive', 'give the declared answers, also on a terminal')
    .option('--keep', 'leave server and worker running at the end')
    .option('--json', 'print one JSON object at the end')
    .addHelpText(
      'after',
      '\nExamples:\n  golive rehearse runbooks/lcopilot-day3.yaml\n  golive rehearse runbooks/lcopilot-day3.yaml --fault uniform-block --non-interactive',
    )
    .action(async (file, options) => {
      const { rehearse } = await import('../rehearse/rehearse.js');
      await rehearse(file, options);
    });
}
