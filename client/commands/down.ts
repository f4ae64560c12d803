import { existsSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';

/** `golive down`: ends the worker and the local server. */
export function register(program: Command): void {
  program
    .command('down')
    .summary('stop the worker and the local server')
    .description(
      'Stop the worker and the local Temporal server of this project. Go-lives are kept and go on after `golive up`.',
    )
    .option('--json', 'print what was stopped as JSON')
    .addHelpText('after', '\nExample:\n  golive down')
    .action(async (options) => {
      const { stateDir } = await import('../server/paths.js');
      const { stopWorker } = await import('../server/local-worker.js');
      const { stopServer } = await import('../server/local-server.js');
      const folder = stateDir();
      const worker = await stopWorker(folder);
      const server = await stopServer(folder);
      if (options.json) {
        const state = { worker: worker.stopped, server: server.stopped, stateDir: folder };
        process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
        return;
      }
      process.stdout.write(`Worker ${word(worker.stopped)}${worker.killed ? ' (killed after 15 s)' : ''}\n`);
      process.stdout.write(`Server ${word(server.stopped)}\n`);
      if (!existsSync(folder)) return;
      process.stderr.write(
        `State is kept in ${folder}; delete that folder to forget every go-live of the local server.\n`,
      );
    });
}

function word(stopped: boolean): string {
  return stopped ? 'stopped' : 'was not running';
}
