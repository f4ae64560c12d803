import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { CliError } from '../errors.js';

/** `golive codec`: lets the Web UI show what an encrypted go-live holds. */
export function register(program: Command): void {
  program
    .command('codec')
    .summary('decode an encrypted go-live for the Web UI')
    .description(
      'Serve a codec for the Temporal Web UI on this machine: it decrypts, with the keys that GOLIVE_PAYLOAD_KEY names, what your browser shows. The keys stay here. Ctrl-C ends it.',
    )
    .option('--port <number>', 'port on 127.0.0.1 (default: any free one)', portOf)
    .option('--origin <url...>', 'origin of a Web UI that may ask (default: that of the local server)')
    .addHelpText(
      'after',
      '\nExample:\n  golive codec --port 8234\n\nThe keys are named as for the worker: GOLIVE_PAYLOAD_KEY=file:/etc/golive/payload.key',
    )
    .action(async (options) => {
      const { payloadKeys } = await import('../../wire/keys.js');
      const { encryptionCodec } = await import('../../wire/codec.js');
      const { startCodecServer } = await import('../server/codec-server.js');
      const keys = payloadKeys(process.env);
      if (!keys) {
        throw new CliError('There is no payload key, so there is nothing to decode.', {
          exitCode: 2,
          hint: 'Name the keys of the go-live with GOLIVE_PAYLOAD_KEY=file:/path or env:NAME.',
        });
      }
      const origins = options.origin?.map(originOf) ?? (await localOrigins());
      const server = await startCodecServer({ codec: encryptionCodec(keys), origins, port: options.port ?? 0 }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EADDRINUSE') throw error;
          throw new CliError(`Port ${options.port} is taken.`, { exitCode: 2, hint: 'Leave --port out.' });
        },
      );
      process.stdout.write(`${server.endpoint}\n`);
      process.stderr.write(
        `In the Web UI, open the codec settings (the glasses at the top) and enter that address as the codec server. It may be asked by ${origins.join(', ')}. Keep it to yourself: whoever has it on this machine can read. Ctrl-C ends it.\n`,
      );
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await server.close();
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidArgumentError('Give a number from 1 to 65535.');
  return port;
}

function originOf(text: string): string {
  try {
    const { origin } = new URL(text);
    if (origin !== 'null') return origin;
  } catch {
    // Said below.
  }
  throw new CliError(`'${text}' is not the address of a Web UI.`, {
    exitCode: 2,
    hint: 'Give it as http://host:port.',
  });
}

async function localOrigins(): Promise<string[]> {
  const { stateDir } = await import('../server/paths.js');
  const { serverStatus } = await import('../server/local-server.js');
  const status = serverStatus(stateDir());
  if (!status.running) {
    throw new CliError('The local Temporal server does not run, so its Web UI is not known.', {
      exitCode: 2,
      hint: 'Start it with `golive up --detach`, or name the Web UI with --origin.',
    });
  }
  const { port } = new URL(status.server.uiUrl);
  return [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
}
