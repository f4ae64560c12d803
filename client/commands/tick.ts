import type { Command } from '@commander-js/extra-typings';

/** `golive tick`. */
export function register(program: Command): void {
  program
    .command('tick')
    .summary('tick an item of a checklist')
    .description('Tick one item of a phase’s checklist, in its role.')
    .argument('<target>', 'target of the go-live')
    .argument('<item>', '`<phase>.<item>`')
    .option('--as <role>', 'role in which you speak (default: the item’s role)')
    .option('--by <name>', 'your name (default: the owner of the key, else the user of this computer)')
    .option('--note <text>', 'a remark; it stands in the evidence')
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', '\nExample:\n  golive tick lcopilot-lab stop-reset.window --as infra')
    .action(async (target, item, options) => {
      const { sendAndPrint } = await import('../go-live/sending.js');
      await sendAndPrint({
        target,
        name: 'tick',
        draft: { item, role: options.as, by: options.by, note: options.note },
        answers: { kind: 'checklist', id: item },
        json: options.json,
        key: options.key,
      });
    });
}
