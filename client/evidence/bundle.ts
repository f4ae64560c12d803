import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseManifest } from '../../model/evidence/manifest.js';
import { CliError } from '../errors.js';
import { openProject } from '../runbook/load.js';

/** A bundle's folder from a path, a target (its newest change) or a go-live id. @throws CliError (exit 2) */
export function findBundle(argument: string | undefined): string {
  const { folder, project } = openProject();
  const root = resolve(folder, project.evidence ?? 'evidence');
  const named = argument === undefined ? [root] : [resolve(argument), join(root, argument)];
  for (const path of named) {
    const found = newestBundle(path, 2);
    if (found !== undefined) return found.path;
  }
  throw new CliError(`There is no evidence bundle ${argument === undefined ? `below ${root}` : `of '${argument}'`}.`, {
    exitCode: 2,
    where: named.join('; '),
    hint: 'Give the folder that holds bagit.txt, or the target of a go-live that was run from this project.',
  });
}

/** The newest bundle at or below a folder, at most so many levels deep. */
function newestBundle(path: string, depth: number): { path: string; at: number } | undefined {
  if (!existsSync(path) || !statSync(path).isDirectory()) return undefined;
  if (existsSync(join(path, 'bagit.txt'))) return { path, at: statSync(join(path, 'bagit.txt')).mtimeMs };
  if (depth === 0) return undefined;
  // What begins with a dot lies beside a bundle: its lock, its backups.
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => newestBundle(join(path, name), depth - 1) ?? [])
    .toSorted((a, b) => b.at - a.at)[0];
}

export interface CheckedFile {
  path: string;
  bytes: number;
  sha256: string;
  state: 'ok' | 'altered' | 'missing' | 'added';
}

/** Every file of a bundle's payload against its manifest. An open bundle has no manifest yet: all is `added`. */
export async function checkBundle(bundle: string): Promise<{ closed: boolean; files: CheckedFile[] }> {
  const manifest = join(bundle, 'manifest-sha256.txt');
  const closed = existsSync(manifest);
  const parsed = parseManifest(closed ? readFileSync(manifest, 'utf8') : '');
  if ('badLine' in parsed) {
    throw new CliError(`Line ${parsed.badLine} of the manifest is no check sum with a path.`, {
      exitCode: 10,
      where: manifest,
      hint: 'The bundle was altered; get it again from where it was made.',
    });
  }
  const listed = new Map(parsed.entries.map(({ path, sha256 }) => [path, sha256]));
  const there = readdirSync(join(bundle, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(bundle.length + 1)
        .split('\\')
        .join('/'),
    );
  const files: CheckedFile[] = [];
  for (const path of [...new Set([...listed.keys(), ...there])].toSorted()) {
    const wanted = listed.get(path);
    if (!existsSync(join(bundle, path))) {
      files.push({ path, bytes: 0, sha256: wanted ?? '', state: 'missing' });
      continue;
    }
    const sha256 = await hashOf(join(bundle, path));
    const state = wanted === undefined ? 'added' : wanted === sha256 ? 'ok' : 'altered';
    files.push({ path, bytes: statSync(join(bundle, path)).size, sha256, state });
  }
  return { closed, files };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
