import type { Command } from '@commander-js/extra-typings';
import { CliError } from '../errors.js';
import type { UpState } from '../server/supervise.js';

/** `golive up`: the local server and a worker. */
export function register(program: Command): void {
  program
    .command('up')
    .summary('start the Temporal server and a worker')
    .description(
      'Start the local Temporal server and a worker for this project, and stay until Ctrl-C.\n' +
        'When TEMPORAL_ADDRESS or a profile of temporal.toml names a server, only the worker is started, for that one.',
    )
    .option('--detach', 'return once they are ready; `golive down` stops them')
    .option('--durable', 'write each commit through to the disk: slower, loses nothing at a power cut')
    .option('--json', 'print what runs as JSON')
    .option('--port <port>', 'gRPC port (default: the last one, else 7233, if free; else a random one)', parsePort)
    .option(
      '--ui-port <port>',
      'port of the Web UI (default: the last one, else 8233, if free; else a random one)',
      parsePort,
    )
    .addHelpText('after', '\nExample:\n  golive up --detach')
    .action(async (options) => {
      const { bringUp, stayUp } = await import('../server/supervise.js');
      const ports = { grpc: options.port, ui: options.uiPort };
      const up = { report, ports, durable: options.durable ?? false };
      const print = (state: UpState): void => {
        process.stdout.write(options.json ? `${JSON.stringify(state, null, 2)}\n` : render(state));
      };
      if (options.detach) {
        const state = await bringUp(up);
        print(state);
        tellOld(state);
        return;
      }
      await stayUp(up, (state) => {
        print(state);
        tellOld(state);
        const mine = state.server.started || state.worker.started;
        report(
          mine
            ? 'Ready. Ctrl-C stops what this command started; go-lives are kept.'
            : 'Both ran already; `golive down` stops them.',
        );
      });
    });
}

/** Its environment is read once, when it starts: a secret that was set since is not there for its steps. */
function tellOld({ worker }: UpState): void {
  if (worker.started) return;
  report(
    'The worker keeps the environment that it was started with: for secrets and variables set since, run `golive down` and `golive up`.',
  );
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

function render({ server, worker, stateDir }: UpState): string {
  const rows = [
    ['Temporal', `${server.address}  namespace ${server.namespace}${again(server.started)}`],
    ...(server.uiUrl === undefined ? [] : [['Web UI', server.uiUrl]]),
    ['Worker', `process ${worker.pid}, task queue ${worker.taskQueue}${again(worker.started)}`],
    ['State', stateDir],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(9)} ${value}\n`).join('');
}

function again(started: boolean): string {
  return started ? '' : '  (ran already)';
}

/** @throws CliError (exit 2) when it is not a port number */
function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new CliError(`"${text}" is not a port.`, { exitCode: 2, hint: 'A port is a whole number from 1 to 65535.' });
}
