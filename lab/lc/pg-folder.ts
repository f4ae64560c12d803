import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Names the folder that holds the data when the wanted one is out of the postgres user's reach. */
export const POINTER = 'DATA_IS_ELSEWHERE';

/** The stand-in for a data folder: fixed by its path, so that it is found again after the folder was removed. */
export function standIn(wanted: string): string {
  return join(tmpdir(), `golive-lc-pg-${createHash('sha256').update(resolve(wanted)).digest('hex').slice(0, 16)}`);
}

/** True when any user may walk down to `path` (the x bit for others on every folder above). */
export function isReachable(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The folder to run Postgres on. As root Postgres runs as another user, who may be unable to reach `wanted`:
 * then a folder under the system's temporary one takes its place, and `wanted` holds a pointer to it.
 */
export function dataFolder(wanted: string, asRoot: boolean): string {
  const folder = resolve(wanted);
  if (!asRoot || isReachable(dirname(folder))) {
    mkdirSync(dirname(folder), { recursive: true });
    return folder;
  }
  const other = standIn(folder);
  const pointer = join(folder, POINTER);
  // No pointer: the volume was removed since, so the data of its earlier life goes too.
  if (!existsSync(pointer)) rmSync(other, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(pointer, `${other}\n`);
  return other;
}

/** Where the data of `wanted` really lies, for cleaning up. */
export function realFolder(wanted: string): string {
  const pointer = join(wanted, POINTER);
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  return existsSync(wanted) && readdirSync(wanted).length > 0 ? resolve(wanted) : standIn(wanted);
}
