import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { isExecutable, onPath } from './program.js';

export interface RedisBinary {
  path: string;
  /** Folders for LD_LIBRARY_PATH; empty for a system's own binary. */
  libraries: string[];
}

export function cacheFolder(): string {
  return join(process.env.GOLIVE_CACHE ?? join(homedir(), '.cache', 'golive'), 'redis');
}

function system(): RedisBinary | undefined {
  const path = onPath('redis-server');
  return path === undefined ? undefined : { path, libraries: [] };
}

/** Redis unpacked from Debian's packages; `redis-tools` holds the real binary, `redis-server` links to it. */
function unpacked(root: string): RedisBinary | undefined {
  const path = ['usr/bin/redis-server', 'usr/bin/redis-check-rdb'].map((name) => join(root, name)).find(isExecutable);
  if (path === undefined) return undefined;
  const base = join(root, 'usr', 'lib');
  const triplets = existsSync(base)
    ? readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  return { path, libraries: [...triplets.map((entry) => join(base, entry.name)), base] };
}

function environment(binary: RedisBinary): Record<string, string> {
  return binary.libraries.length === 0 ? {} : { LD_LIBRARY_PATH: binary.libraries.join(delimiter) };
}

async function works(binary: RedisBinary): Promise<boolean> {
  // redis-check-rdb is the same program under another name: argv0 decides what it is.
  const result = await execa(binary.path, ['--version'], {
    env: environment(binary),
    argv0: 'redis-server',
    reject: false,
    timeout: 10_000,
  });
  return result.exitCode === 0;
}

const PACKAGES = ['redis-tools', 'redis-server'];
/** What redis-server of Debian links to, in the names of several releases; those that apt does not know are left out. */
const LIBRARY_PACKAGES = [
  'libjemalloc2',
  'liblua5.1-0',
  'liblzf1',
  'libhiredis0.14',
  'libhiredis1.1.0',
  'lua-cjson',
  'lua-bitop',
  'libatomic1',
  'libsystemd0',
  'libssl3',
];

async function download(root: string): Promise<void> {
  const work = `${root}.${process.pid}`;
  const debs = join(work, 'debs');
  mkdirSync(debs, { recursive: true });
  try {
    await execa('apt-get', ['download', ...PACKAGES], { cwd: debs, timeout: 120_000 });
    for (const name of LIBRARY_PACKAGES)
      await execa('apt-get', ['download', name], { cwd: debs, timeout: 60_000, reject: false });
    for (const deb of readdirSync(debs))
      await execa('dpkg-deb', ['-x', join(debs, deb), join(work, 'root')], { timeout: 60_000 });
    rmSync(root, { recursive: true, force: true });
    renameSync(join(work, 'root'), root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Finds redis-server: on PATH, else in the cache, else Debian's packages unpacked into the cache without root.
 * @throws one error that names the ways out when none of them works.
 */
export async function findRedis(): Promise<RedisBinary & { env: Record<string, string> }> {
  const root = join(cacheFolder(), 'root');
  const tried: string[] = [];
  for (const [where, found] of [
    ['PATH', system()],
    ['the cache', unpacked(root)],
  ] as const) {
    if (found && (await works(found))) return { ...found, env: environment(found) };
    tried.push(found ? `${where} (${found.path} does not run)` : where);
  }
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    await download(root);
    const found = unpacked(root);
    if (found && (await works(found))) return { ...found, env: environment(found) };
    tried.push('the unpacked packages (the binary does not run)');
  } catch (error) {
    tried.push(`apt-get download (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`);
  }
  throw new Error(
    `redis-server was not found; looked in: ${tried.join(', ')}. Install it (apt-get install redis-server, brew install redis), or put its folder on PATH`,
  );
}
