import type { Command } from '@commander-js/extra-typings';

/** `golive keys`: who may do what, and with which key. */
export function register(program: Command): void {
  program
    .command('keys')
    .summary('list who may approve what, and with which key')
    .description(
      'List the people of golive.yaml with their roles and their keys in the allowed-signers file.\n' +
        'A star marks keys that you hold: in the SSH agent or in ~/.ssh.',
    )
    .option('--key <file>', 'look at this key as yours')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  golive keys\n\nExit codes: 0 as listed, 2 when people or signers cannot be read',
    )
    .action(async (options) => {
      const [{ listKeys, keyLines }, { print, talk }] = await Promise.all([
        import('../people/key-list.js'),
        import('../terminal/tell.js'),
      ]);
      const list = await listKeys(options.key);
      if (options.json) return print(list);
      for (const line of keyLines(list)) print(line);
      for (const warning of list.warnings) talk(warning);
    });
}
