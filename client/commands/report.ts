import type { Command } from '@commander-js/extra-typings';

/** `golive report`: where the page is that people read. */
export function register(program: Command): void {
  program
    .command('report')
    .description('print where the report of a go-live is')
    .argument('[bundle]', 'a target, a go-live id or a folder; without it, the newest bundle of this project')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive report lcopilot-lab')
    .action(async (argument, options) => {
      const [{ findBundle }, { rollbacksOf }, { print, talk }, { CliError }, { existsSync }, { join }] =
        await Promise.all([
          import('../evidence/bundle.js'),
          import('../evidence/ended.js'),
          import('../terminal/tell.js'),
          import('../errors.js'),
          import('node:fs'),
          import('node:path'),
        ]);
      const bundle = findBundle(argument);
      const report = join(bundle, 'data', 'report.html');
      if (!existsSync(report)) {
        throw new CliError('The go-live has not ended yet, so there is no report.', {
          exitCode: 4,
          where: bundle,
          hint: '`golive watch TARGET` follows it.',
        });
      }
      const backs = rollbacksOf(bundle).map(({ plan, state }) => ({
        by: plan.goLiveId,
        verdict: state?.verdict ?? 'not ended',
      }));
      print(options.json ? { bundle, report, ...(backs.length === 0 ? {} : { takenBack: backs }) } : report);
      for (const { by, verdict } of backs)
        talk(`Since then ${by} ${verdict === 'go' ? 'took it back' : `was to take it back: ${verdict}`}.`);
    });
}
