import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder for what every project shares (the Temporal binary): `$GOLIVE_CACHE`, `$XDG_CACHE_HOME/golive` or `~/.cache/golive`. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['GOLIVE_CACHE']) return resolve(env['GOLIVE_CACHE']);
  if (env['XDG_CACHE_HOME']) return join(resolve(env['XDG_CACHE_HOME']), 'golive');
  return join(homedir(), '.cache', 'golive');
}

/**
 * Folder for the state of one project's local server and worker: `$GOLIVE_STATE`, or `.golive` in the project folder.
 * The project folder is the nearest one, from `cwd` upwards, that holds `golive.yaml` or a `.golive` folder; else `cwd`.
 */
export function stateDir(cwd: string = process.cwd(), env: NodeJS.ProcessEnv = process.env): string {
  if (env['GOLIVE_STATE']) return resolve(cwd, env['GOLIVE_STATE']);
  return join(projectDir(cwd), '.golive');
}

function projectDir(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'golive.yaml')) || existsSync(join(folder, '.golive'))) return folder;
    if (dirname(folder) === folder) return resolve(cwd);
  }
}

/** Folder of the installed golive package: the nearest one above this file that holds `package.json`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Version of the installed golive. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** The built worker that `golive up` runs. */
export function workerEntry(): string {
  return join(packageRoot(), 'dist', 'bin', 'worker.js');
}
