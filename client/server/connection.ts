import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { clientDataConverter } from '../../wire/data-converter.js';
import { WireError } from '../../wire/error.js';
import { requireSafeTransport } from '../../wire/transport.js';
import { CliError, GRPC, grpcCodeOf, messageOf } from '../errors.js';
import { stateDir } from './paths.js';
import { accepts } from './ports.js';

/** Which Temporal server, and how it was chosen. */
export interface Endpoint {
  address: string;
  namespace: string;
  /** In words: where the address comes from. */
  source: string;
  /** Connection options of the profile: TLS, API key, headers. */
  options: ConnectionOptions;
}

export interface ConnectOptions {
  /** Profile of temporal.toml; `$TEMPORAL_PROFILE`, or `default`. */
  profile?: string;
  /** host:port; wins over profile and environment. */
  address?: string;
  namespace?: string;
  /** State folder of the local server; by default that of the current project. */
  stateDir?: string;
}

/** An open connection to Temporal; `close` it when done. */
export interface OpenConnection {
  client: Client;
  address: string;
  namespace: string;
  close(): Promise<void>;
}

/**
 * Connects to the Temporal server that the options, the standard environment (`TEMPORAL_ADDRESS`, …) or `temporal.toml` name;
 * when none of these does, to the local server of the project.
 * @throws CliError (exit 2) when there is no server, it does not answer within 10 s, it does not have the namespace, the way to
 *   it is neither local nor encrypted, or a payload key cannot be used
 */
export async function connect(opts: ConnectOptions = {}): Promise<OpenConnection> {
  const endpoint = configuredEndpoint(opts) ?? (await localEndpoint(opts));
  const { address, namespace } = endpoint;
  const dataConverter = checked(endpoint, () => {
    requireSafeTransport({ address, ...endpoint.options }, process.env);
    return clientDataConverter(process.env);
  });
  const connection = await open(endpoint);
  try {
    await connection.withDeadline(Date.now() + 10_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    // Some servers do not let a client describe its namespace: only a plain "not found" is a mistake for certain.
    if (grpcCodeOf(error) === GRPC.NOT_FOUND) {
      await connection.close();
      throw new CliError(`The Temporal server has no namespace "${namespace}".`, {
        exitCode: 2,
        where: `${address} (${endpoint.source})`,
        hint: `Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --address ${address}`,
      });
    }
  }
  return {
    client: new Client({ connection, namespace, ...(dataConverter ? { dataConverter } : {}) }),
    address,
    namespace,
    close: () => connection.close(),
  };
}

function checked<T>({ address, source }: Endpoint, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new CliError(error.message, { exitCode: 2, where: `${address} (${source})`, hint: error.hint });
  }
}

async function open(endpoint: Endpoint): Promise<Connection> {
  try {
    // gRPC keeps trying until its timeout; on this machine a port where nothing listens says so at once. (Elsewhere a
    // proxy may be on the way, so that only gRPC can tell.)
    const local = /^(127\.0\.0\.1|localhost):(\d+)$/.exec(endpoint.address);
    if (local?.[1] !== undefined && !(await accepts(local[1], Number(local[2]), 3000))) {
      throw new Error('nothing listens there');
    }
    return await Connection.connect({ ...endpoint.options, address: endpoint.address, connectTimeout: '10s' });
  } catch (error) {
    throw new CliError(`The Temporal server does not answer: ${messageOf(error)}`, {
      exitCode: 2,
      where: `${endpoint.address} (${endpoint.source})`,
      hint: 'Is it running, and is the address right? `golive doctor` shows what was found.',
    });
  }
}

/**
 * The server that options, environment or `temporal.toml` name; undefined when they name no address.
 * @throws CliError (exit 2) when the profile does not exist, has no address, or the file cannot be read
 */
export function configuredEndpoint(opts: ConnectOptions = {}): Endpoint | undefined {
  let profile: ReturnType<typeof loadClientConfigProfile>;
  try {
    profile = loadClientConfigProfile(opts.profile === undefined ? {} : { profile: opts.profile });
  } catch (error) {
    throw new CliError(`The Temporal configuration cannot be used: ${messageOf(error)}`, {
      exitCode: 2,
      where: process.env['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml in the configuration folder of the Temporal CLI',
      hint: 'Correct the file, --profile or $TEMPORAL_PROFILE.',
    });
  }
  const named = opts.profile ?? process.env['TEMPORAL_PROFILE'];
  const address = opts.address ?? profile.address;
  if (address === undefined) {
    if (named === undefined) return undefined;
    throw new CliError(`Profile "${named}" of the Temporal configuration has no address.`, {
      exitCode: 2,
      where: process.env['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml',
      hint: 'Give it an address, or set TEMPORAL_ADDRESS.',
    });
  }
  const { connectionOptions } = toClientOptions(profile);
  const { tls, apiKey, metadata } = connectionOptions;
  return {
    address,
    namespace: opts.namespace ?? profile.namespace ?? 'default',
    source: sourceOf(opts.address, named),
    options: {
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

function sourceOf(address: string | undefined, profile: string | undefined): string {
  if (address !== undefined) return 'given';
  if (process.env['TEMPORAL_ADDRESS'] !== undefined) return '$TEMPORAL_ADDRESS';
  return `profile ${profile ?? 'default'} of temporal.toml`;
}

/** Where the server of this project is now; undefined while none is known. */
export async function addressNow(): Promise<string | undefined> {
  const configured = configuredEndpoint();
  if (configured) return configured.address;
  const { serverStatus } = await import('./local-server.js');
  const status = serverStatus(stateDir());
  return status.running ? status.server.address : undefined;
}

async function localEndpoint(opts: ConnectOptions): Promise<Endpoint> {
  const folder = opts.stateDir ?? stateDir();
  const { serverStatus } = await import('./local-server.js');
  const status = serverStatus(folder);
  if (!status.running) {
    const dead = status.stale ? ' The one that golive started here has died.' : '';
    throw new CliError(`no Temporal server: run \`golive up\`, or set TEMPORAL_ADDRESS.${dead}`, {
      exitCode: 2,
      where: folder,
      hint: '`golive up --detach` starts a local server and a worker; TEMPORAL_ADDRESS or temporal.toml name a server that runs elsewhere.',
    });
  }
  return {
    address: status.server.address,
    namespace: opts.namespace ?? process.env['TEMPORAL_NAMESPACE'] ?? status.server.namespace,
    source: 'the local server',
    options: {},
  };
}
