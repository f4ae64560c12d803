import type { Command } from '@commander-js/extra-typings';

/** `golive status`: where a go-live stands now. */
export function register(program: Command): void {
  program
    .command('status')
    .summary('show where a go-live stands now')
    .description(
      'Show the newest go-live of a target as it stands now: phases, gates, and who is waited for.\n' +
        'When no worker answers within some seconds, it shows what the event log of the go-live says, or else what the server\n' +
        'knows, and exits 4.',
    )
    .argument('<target>', 'target of the go-live')
    .option('--json', 'print the state as JSON')
    .addHelpText('after', '\nExample:\n  golive status lcopilot-lab')
    .action(async (target, options) => {
      const [{ connect }, { readKnown }, { START_ONE }, { EXIT }, { talk }] = await Promise.all([
        import('../server/connection.js'),
        import('../go-live/last-known.js'),
        import('../go-live/read-once.js'),
        import('../terminal/outcome.js'),
        import('../terminal/tell.js'),
      ]);
      const connection = await connect();
      try {
        const view = await readKnown(connection.client, target);
        if (view.note !== undefined) {
          talk(`${view.note} ${START_ONE}`);
          process.exitCode = EXIT.waiting;
        }
        if (options.json) {
          const { shownDecisions } = await import('../terminal/outcome.js');
          const note = view.note === undefined ? {} : { note: view.note };
          process.stdout.write(
            `${JSON.stringify({ ...view.state, decisions: shownDecisions(view.state), ...note })}\n`,
          );
          return;
        }
        const [{ board }, { styleFor }, { uiUrlOf }] = await Promise.all([
          import('../render/board.js'),
          import('../render/style.js'),
          import('../go-live/ui-url.js'),
        ]);
        const frame = {
          columns: process.stdout.columns ?? 120,
          rows: Number.POSITIVE_INFINITY,
          nowMs: Date.now(),
          uiUrl: await uiUrlOf(connection, target),
        };
        process.stdout.write(`${board(view, frame, styleFor(process.stdout, process.env)).join('\n')}\n`);
      } finally {
        await connection.close();
      }
    });
}
