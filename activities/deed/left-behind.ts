import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../model/json.js';
import { errnoOf } from '../../host/errno.js';
import { maskCredentials } from '../../evidence/credentials.js';

/**
 * Masks credentials that nobody declared in what steps have left that did not come to their end: what a command prints is
 * looked through when it ends, and a worker that is killed does not come to that. Done twice it changes nothing more.
 */
export async function maskLeftBehind({ evidenceDir }: { evidenceDir: string }, state: Json): Promise<void> {
  const masked = new Set<string>();
  notePaths(state, masked);
  for (const path of await filesBelow(join(evidenceDir, 'data'), 'phases'))
    if (!masked.has(path)) await maskCredentials(join(evidenceDir, 'data', path));
}

/** The evidence that a state knows: a file has a path and a hash. */
function notePaths(value: Json, paths: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value) && typeof value['path'] === 'string' && typeof value['sha256'] === 'string')
    paths.add(value['path']);
  for (const inside of Object.values(value)) notePaths(inside, paths);
}

/** Regular files, by their paths with `/`; links are not followed. */
async function filesBelow(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory()) for (const file of await filesBelow(root, path)) files.push(file);
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
