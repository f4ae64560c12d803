import type { Command } from '@commander-js/extra-typings';

/** `golive reject`. */
export function register(program: Command): void {
  program
    .command('reject')
    .summary('reject what a go-live asks for')
    .description(
      'Reject a phase or decision of a running go-live, in a role and with a reason. One rejection closes the question.',
    )
    .argument('<target>', 'target of the go-live')
    .argument('<item>', 'what is rejected: a phase, `<phase>.after`, or a decision')
    .option('--as <role>', 'role in which you speak (default: the one that is asked for)')
    .option('--by <name>', 'your name (default: the owner of the key, else the user of this computer)')
    .requiredOption('--reason <text>', 'why; it stands in the evidence')
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', '\nExample:\n  golive reject lcopilot-lab full --as cto --reason "429 rate is rising"')
    .action(async (target, item, options) => {
      const { sendAndPrint } = await import('../go-live/sending.js');
      await sendAndPrint({
        target,
        name: 'reject',
        draft: { approval: item, role: options.as, by: options.by, reason: options.reason },
        answers: { kind: 'approval', id: item },
        json: options.json,
        key: options.key,
      });
    });
}
