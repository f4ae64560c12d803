import type { Command } from '@commander-js/extra-typings';

/** `golive abort`. */
export function register(program: Command): void {
  program
    .command('abort')
    .summary('stop a go-live now and undo what it did')
    .description('Stop a running go-live at once, whatever it does, and undo what it did, newest first.')
    .argument('<target>', 'target of the go-live')
    .option('--by <name>', 'your name (default: the user of this computer)')
    .requiredOption('--reason <text>', 'why; it stands in the evidence')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', '\nExample:\n  golive abort lcopilot-lab --reason "customer incident"')
    .action(async (target, options) => {
      const { sendAndPrint } = await import('../go-live/sending.js');
      await sendAndPrint({
        target,
        name: 'abort',
        draft: { by: options.by, reason: options.reason },
        json: options.json,
      });
    });
}
