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
    .option('--by <name>', 'your name (default: the owner of the key, else the user of this computer)')
    .option('--reason <text>', 'why; it stands in the evidence')
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--break-glass', 'in an emergency: alone, with a key that may; loud in the verdict, reviewed later')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  golive approve lcopilot-lab full --as cto --reason "smoke is clean"\n  golive approve shop deployment --as cto --break-glass --reason "CTO unreachable, incident 4711"',
    )
    .action(async (target, item, options) => {
      const { sendAndPrint } = await import('../go-live/sending.js');
      await sendAndPrint({
        target,
        name: 'approve',
        draft: {
          approval: item,
          role: options.as,
          by: options.by,
          reason: options.reason,
          ...(options.breakGlass ? { breakGlass: 'yes' } : {}),
        },
        answers: { kind: 'approval', id: item },
        json: options.json,
        key: options.key,
      });
    });
}
