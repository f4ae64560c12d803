import type { Command } from '@commander-js/extra-typings';

/** `golive watch`: the board of a go-live, live. */
export function register(program: Command): void {
  program
    .command('watch')
    .summary('show a go-live, live, until it ends')
    .description(
      'Show the newest go-live of a target until it ends: a board on a terminal, lines elsewhere.\n' +
        'The exit code is that of the go-live: 0 go, 3 no-go, 5 rollback incomplete, 4 when you leave before its end.',
    )
    .argument('<target>', 'target of the go-live')
    .option('--require <decision>', 'exit 0 when this one decision holds')
    .option('--json', 'print one JSON state per change')
    .addHelpText('after', '\nExample:\n  golive watch lcopilot-lab')
    .action(async (target, options) => {
      const [{ connect }, { findGoLive }, { attend }, { lastKnown }] = await Promise.all([
        import('../server/connection.js'),
        import('../go-live/find.js'),
        import('../go-live/attend.js'),
        import('../go-live/last-known.js'),
      ]);
      const connection = await connect();
      try {
        const found = await findGoLive(connection.client, target);
        const known = () => lastKnown(found);
        await attend({ connection, found, known, json: options.json ? 'state' : undefined, require: options.require });
      } finally {
        await connection.close();
      }
    });
}
