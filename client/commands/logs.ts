import type { Command } from '@commander-js/extra-typings';

/** `golive logs`: what the command of a step prints. */
export function register(program: Command): void {
  program
    .command('logs')
    .summary('show what the command of a step prints')
    .description(
      'Print what the command of a step has printed, of its last attempt. It is read from the evidence: run it on the machine\n' +
        'of the worker. With --follow it goes on until the step ends; Ctrl-C leaves the go-live running.',
    )
    .argument('<target>', 'target of the go-live')
    .argument('<step>', 'a step that has begun: `<step>`, or `<phase>.<step>`')
    .option('-f, --follow', 'go on printing until the step ends')
    .option('--json', 'print each line as a JSON object')
    .addHelpText('after', '\nExample:\n  golive logs -f lcopilot-lab full.run')
    .action(async (target, step, options) => {
      const [{ connect }, { logs }] = await Promise.all([
        import('../server/connection.js'),
        import('../go-live/logs.js'),
      ]);
      const connection = await connect();
      try {
        await logs(connection.client, target, step, options);
      } finally {
        await connection.close();
      }
    });
}
