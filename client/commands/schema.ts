import type { Command } from '@commander-js/extra-typings';

/** `golive schema`: the JSON Schema of runbooks, for editors. Hidden: `golive new` points files at it. */
export function register(program: Command): void {
  program
    .command('schema', { hidden: true })
    .summary('write the JSON Schema of runbooks')
    .description('Write runbook.schema.json, by which editors complete and check runbooks.')
    .option('--dir <folder>', 'folder to write it to', 'runbooks')
    .addHelpText('after', '\nExample:\n  golive schema --dir runbooks')
    .action(async (options) => {
      const { mkdirSync, writeFileSync } = await import('node:fs');
      const path = await import('node:path');
      const { stepKinds } = await import('../../kinds/catalog.js');
      const { runbookJsonSchemaText } = await import('../../model/schema/format/json-schema.js');
      mkdirSync(options.dir, { recursive: true });
      const file = path.join(options.dir, 'runbook.schema.json');
      writeFileSync(file, runbookJsonSchemaText(stepKinds));
      process.stdout.write(`${file}\n`);
    });
}
