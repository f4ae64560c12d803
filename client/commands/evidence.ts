import type { Command } from '@commander-js/extra-typings';

/** `golive evidence`: what a bundle holds, against its own check sums. */
export function register(program: Command): void {
  program
    .command('evidence')
    .summary('list the files of a bundle, or pack it into a zip')
    .description(
      'List the files of an evidence bundle against its manifest, or pack it into a zip. `golive verify` proves it.',
    )
    .argument('[bundle]', 'a target, a go-live id or a folder; without it, the newest bundle of this project')
    .option('--zip <file>', 'pack the closed bundle into this file')
    .option('--force', 'with --zip: write over a file')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  golive evidence lcopilot-lab\n  golive evidence lcopilot-lab --zip lcopilot.zip\n\nExit codes: 0 as listed, 2 no such bundle, 10 a file was altered, added or is missing, 11 not closed yet',
    )
    .action(async (argument, options) => {
      const [{ checkBundle, findBundle }, { print, talk }] = await Promise.all([
        import('../evidence/bundle.js'),
        import('../terminal/tell.js'),
      ]);
      const bundle = findBundle(argument);
      if (options.zip !== undefined) {
        const { zipBundle } = await import('../evidence/zip.js');
        const files = await zipBundle(bundle, options.zip, options.force === true);
        return print(options.json ? { bundle, zip: options.zip, files } : `${options.zip}  ${files} files`);
      }
      const { closed, files } = await checkBundle(bundle);
      const wrong = closed ? files.filter((file) => file.state !== 'ok') : [];
      if (options.json) print({ bundle, closed, files });
      else {
        print(bundle);
        for (const file of files)
          print(
            `${file.state.padEnd(7)}  ${String(file.bytes).padStart(9)}  ${file.sha256.slice(0, 12)}  ${file.path}`,
          );
        if (!closed) talk('The bundle is still open: its manifest is written when the go-live ends.');
        else
          talk(
            wrong.length === 0
              ? `${files.length} files, all as listed.`
              : `${wrong.length} of ${files.length} files differ from the manifest.`,
          );
      }
      if (wrong.length > 0) process.exitCode = 10;
    });
}
