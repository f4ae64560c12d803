import type { Command } from '@commander-js/extra-typings';

/** `golive new`: a runbook to start from. */
export function register(program: Command): void {
  program
    .command('new')
    .summary('write a runbook to start from')
    .description(
      'Write a small runbook that validates and runs: a health check, a change with its undo, gates and an approval. Overwrites nothing.',
    )
    .argument('<id>', 'id of the runbook, lower case, e.g. shop-release')
    .option('--dir <folder>', 'folder to write it to', 'runbooks')
    .addHelpText('after', '\nExample:\n  golive new shop-release')
    .action(async (id, options) => {
      const { writeScaffold } = await import('../runbook/scaffold.js');
      const path = writeScaffold(id, options.dir);
      process.stdout.write(`${path}\n`);
      process.stderr.write(`Next: edit it, then golive validate ${path} && golive plan ${path}\n`);
    });
}
