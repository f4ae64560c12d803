import type { Command } from '@commander-js/extra-typings';

/** `golive waive`. */
export function register(program: Command): void {
  program
    .command('waive')
    .summary('let a failed gate count as passed, for a reason and a time')
    .description(
      'Waive a gate (`<phase>.<gate>`), or a whole phase for the decisions. It always ends, needs a reason, and shows on the report.\n' +
        'Gates that are floors cannot be waived.',
    )
    .argument('<target>', 'target of the go-live')
    .argument('<gate>', '`<phase>.<gate>`, or a phase')
    .requiredOption('--as <role>', 'role in which you speak')
    .option('--by <name>', 'your name (default: the owner of the key, else the user of this computer)')
    .requiredOption('--reason <text>', 'why; it stands in the evidence')
    .requiredOption('--until <when>', 'its end: a duration from now (8h, 7d) or an ISO 8601 time')
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  golive waive lcopilot-lab full.accuracy --as cto --reason "known set" --until 8h',
    )
    .action(async (target, gate, options) => {
      const [{ sendAndPrint }, { untilOf }] = await Promise.all([
        import('../go-live/sending.js'),
        import('../terminal/until.js'),
      ]);
      const until = untilOf(options.until, Date.now());
      await sendAndPrint({
        target,
        name: 'waive',
        draft: { gate, role: options.as, by: options.by, reason: options.reason, until },
        answers: { kind: 'approval' },
        json: options.json,
        key: options.key,
      });
    });
}
