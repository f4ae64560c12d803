import { posix } from 'node:path';
import { z } from 'zod';
import { globMatcher } from '../shared/glob.js';
import type { Component, Components, Local, Omit } from './component.js';

const npmPackage = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  workspaces: z.union([z.array(z.string()), z.looseObject({ packages: z.array(z.string()).optional() })]).optional(),
});
export const npmLock = z.looseObject({
  lockfileVersion: z.union([z.literal(2), z.literal(3)], 'it must be 2 or 3, as npm 7 and later write it'),
  packages: z.record(z.string(), npmPackage),
});
type Package = z.infer<typeof npmPackage>;
type Packages = z.infer<typeof npmLock>['packages'];

const FOLDER = 'node_modules/';

/**
 * The components of a lock file of npm. A link has no other fields than where it leads, for that is an entry of its own
 * (docs.npmjs.com/cli/configuring-npm/package-lock-json): outside of `node_modules`, since it is a folder of the project.
 */
export function componentsOfNpm({ packages }: z.infer<typeof npmLock>, omit: readonly Omit[]): Components {
  const list: Components = { components: [], local: [], leftOut: 0, unpinned: [] };
  const isWorkspace = workspacesOf(packages['']);
  for (const [path, one] of Object.entries(packages)) {
    if (path === '') continue;
    const at = path.lastIndexOf(FOLDER);
    const installed = at < 0 ? folderName(path) : path.slice(at + FOLDER.length);
    const name = one.name ?? installed;
    if (one.link === true) {
      if (!leadsToEntry(one, packages)) list.unpinned.push(`${name}@link to ${one.resolved ?? 'nowhere'}`);
      continue;
    }
    if (isOmitted(one, omit)) {
      list.leftOut += 1;
      continue;
    }
    if (at < 0) {
      if (isOutside(path)) list.unpinned.push(`${name}@folder ${path}`);
      else list.local.push(localAt(path, name, one, isWorkspace(path)));
      continue;
    }
    const pinned = isHeldFast(path, packages);
    if (one.version === undefined || !pinned) list.unpinned.push(`${name}@${one.version ?? 'no version'}`);
    if (one.version !== undefined) list.components.push(componentAt(path, installed, one, pinned));
  }
  return list;
}

function componentAt(path: string, installed: string, one: Package, pinned: boolean): Component {
  const name = one.name ?? installed;
  return {
    name,
    version: one.version ?? '',
    type: 'npm',
    path,
    pinned,
    ...(one.license === undefined ? {} : { licence: one.license }),
    ...(name === installed ? {} : { alias: installed }),
  };
}

function localAt(path: string, name: string, { version = '', license }: Package, workspace: boolean): Local {
  return { name, version, path, workspace, ...(license === undefined ? {} : { licence: license }) };
}

/** As npm names a package by its folder, where the entry says no other name. */
function folderName(path: string): string {
  const [scope = '', name = ''] = path.split('/').slice(-2);
  return name === '' ? scope : scope.startsWith('@') ? `${scope}/${name}` : name;
}

const isOutside = (path: string): boolean =>
  /^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(posix.normalize(path.replaceAll('\\', '/')));

function leadsToEntry({ resolved }: Package, packages: Packages): boolean {
  if (resolved === undefined) return false;
  const target = posix.normalize(resolved.replace(/^file:/, '')).replace(/^\.$/, '');
  return !isOutside(target) && Object.hasOwn(packages, target);
}

/** Whether the root of the project names a folder as one of its workspaces; the last pattern that matches says it. */
function workspacesOf(root: Package | undefined): (path: string) => boolean {
  const said = root?.workspaces;
  const patterns = (Array.isArray(said) ? said : (said?.packages ?? [])).map((source) => ({
    out: source.startsWith('!'),
    matches: globMatcher(
      source
        .replace(/^!/, '')
        .replace(/^\.?\//, '')
        .replace(/\/$/, ''),
    ),
  }));
  return (path) => patterns.findLast(({ matches }) => matches(path))?.out === false;
}

/** By a hash of its content, by the whole hash of a commit, or with the archive of the package that brings it along. */
function isHeldFast(path: string, packages: Packages): boolean {
  const one = packages[path];
  if (one === undefined) return false;
  if (isStrong(one.integrity ?? '') || GIT_COMMIT.test(one.resolved ?? '')) return true;
  const around = path.slice(0, Math.max(0, path.lastIndexOf(`/${FOLDER}`)));
  return one.inBundle === true && around.includes(FOLDER) && isHeldFast(around, packages);
}

const GIT_COMMIT = /^git(?:\+[a-z]+)?:\/\/\S*#(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** Bytes of a digest. npm goes by the strongest that is there; sha1 is no proof of a content any more (shattered.io). */
const DIGEST_BYTES: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Subresource Integrity: hashes with their algorithm, as base64, parted by blanks. What npm cannot read it does not check. */
function isStrong(integrity: string): boolean {
  return integrity.split(/\s+/).some((one) => {
    const [, algorithm = '', digest = ''] = /^(sha\d+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(one) ?? [];
    return digest !== '' && Buffer.from(digest, 'base64').length === DIGEST_BYTES[algorithm];
  });
}

/** As `npm install --omit` has it. */
function isOmitted({ dev, optional, devOptional }: Package, omit: readonly Omit[]): boolean {
  const [noDev, noOptional] = [omit.includes('dev'), omit.includes('optional')];
  return (dev === true && noDev) || (optional === true && noOptional) || (devOptional === true && noDev && noOptional);
}
