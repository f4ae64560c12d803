import type { Command } from '@commander-js/extra-typings';

/** `golive approve`. */
export function register(program: Command): void {
  program
    .command('approve')
    .summary('approve what a go-live asks for')
    .description('Approve a phase or decision of a running go-live, in a role. It may be given before it is asked for.')
    .argument('<target>', 'target of the go-live')
    .argument('<item>', 'what is approved: a phase, `<phase>.after`, or a decision')
    .option('--as <role>', 'role in which you speak (default: the one that is asked for)')
    .option('--by <name>', 'your name (default: the user of this computer)')
    .option('--reason <text>', 'why; it stands in the evidence')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', '\nExample:\n  golive approve lcopilot-lab full --as cto --reason "smoke is clean"')
    .action(async (target, item, options) => {
      const { sendAndPrint } = await import('../sending.js');
      await sendAndPrint({
        target,
        name: 'approve',
        draft: { approval: item, role: options.as, by: options.by, reason: options.reason },
        answers: { kind: 'approval', id: item },
        json: options.json,
      });
    });
}
