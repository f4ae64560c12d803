import type { Command } from '@commander-js/extra-typings';
import { CliError } from '../errors.js';

/** `golive ui`: where the Temporal Web UI is. */
export function register(program: Command): void {
  program
    .command('ui')
    .summary('show the address of the Web UI')
    .description('Print the address of the Temporal Web UI of the local server.')
    .option('--open', 'open it in the browser')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  golive ui --open')
    .action(async (options) => {
      const { stateDir } = await import('../server/paths.js');
      const { serverStatus } = await import('../server/local-server.js');
      const folder = stateDir();
      const status = serverStatus(folder);
      if (!status.running) {
        throw new CliError('The local Temporal server does not run.', {
          exitCode: 2,
          where: folder,
          hint: 'Start it with `golive up --detach`. A server that runs elsewhere has its own Web UI.',
        });
      }
      const { uiUrl } = status.server;
      process.stdout.write(options.json ? `${JSON.stringify({ uiUrl })}\n` : `${uiUrl}\n`);
      if (options.open) await openBrowser(uiUrl);
    });
}

async function openBrowser(url: string): Promise<void> {
  const { spawn } = await import('node:child_process');
  const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' };
  const opener = openers[process.platform] ?? 'xdg-open';
  await new Promise<void>((resolve, reject) => {
    const child = spawn(opener, [url], { detached: true, stdio: 'ignore' });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', () => {
      reject(
        new CliError(`No browser could be opened: there is no \`${opener}\` here.`, {
          exitCode: 2,
          hint: `Open ${url} by hand.`,
        }),
      );
    });
  });
}
