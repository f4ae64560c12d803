import type { Command } from '@commander-js/extra-typings';

/** `golive new`: a runbook to start from. */
export function register(program: Command): void {
  program
    .command('new')
    .summary('write a runbook to start from')
    .description(
      'Write a small runbook that validates and runs: a health check, a change with its undo, gates and an approval. ' +
        'With `--from`, one that brings the stack of a file of Compose up, asks each of its services, looks at its logs and can take it back. ' +
        'Overwrites nothing.',
    )
    .argument('<id>', 'id of the runbook, lower case, e.g. shop-release')
    .option('--from <file>', 'file of Compose that it is made of')
    .option('--title <text>', 'what people read; by default made of the id')
    .option('--dir <folder>', 'folder to write it to', 'runbooks')
    .addHelpText('after', '\nExamples:\n  golive new shop-release\n  golive new shop-stack --from docker-compose.yml')
    .action(async (id, options) => {
      const { writeScaffold } = await import('../runbook/scaffold.js');
      const path = writeScaffold(id, options);
      process.stdout.write(`${path}\n`);
      process.stderr.write(`Next: edit it, then golive validate ${path} && golive plan ${path}\n`);
    });
}
