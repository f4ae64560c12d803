import type { Command } from '@commander-js/extra-typings';

/** `golive explain`: what a step kind takes, gives and undoes. */
export function register(program: Command): void {
  program
    .command('explain')
    .summary('explain a step kind')
    .description('Show inputs, outputs, effect, undo and an example of a step kind; `list` shows all kinds.')
    .argument('<kind>', 'a kind such as http.check, or list')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  golive explain http.check')
    .action(async (kind, options) => {
      const { explainKind, listKinds } = await import('../render/explain.js');
      const { text, json } = kind === 'list' ? listKinds() : explainKind(kind);
      process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : text);
    });
}
