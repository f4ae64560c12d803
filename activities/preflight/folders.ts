import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import type { Finding } from '../../model/preflight/finding.js';
import { namedBy } from '../../model/schema/format/kind.js';
import { contained } from '../reach/contain.js';
import { failureOf } from '../step/failure.js';
import { lacking, type Look, type Need, needs, why } from './look.js';

/** A go-live with much evidence is known to leave some ten megabytes; a full disk fails every step. */
const LEAST_FREE_BYTES = 100e6;
const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'it lies on a file system that is read-only',
  EACCES: 'the worker may not write there',
  EPERM: 'the worker may not write there',
};
const EVIDENCE = 'evidence';

/** Whether the places that are written may be written, and have room: the evidence, and what the steps write. */
export async function findFolders(look: Look): Promise<Finding[]> {
  const { evidenceDir, baseDir, folders } = look.goLive;
  const evidence: Need<string> = { thing: evidenceDir, where: EVIDENCE, sure: true, first: true };
  const written = needs<string>(
    look,
    ({ call, input }) => namedBy(call.kind.writes, input).filter((path) => path !== '' && !path.includes('${{')),
    (path) => path,
  );
  const findings: Finding[] = [];
  const places = new Map<string, string>();
  for (const need of [evidence, ...written]) {
    const base = { area: 'folder' as const, what: need.thing, where: need.where };
    let path: string;
    try {
      path = need === evidence ? evidenceDir : contained(need.thing, baseDir, folders);
    } catch (error) {
      const { message, hint } = failureOf(error);
      findings.push({ ...base, standing: lacking(need, false), found: message, next: hint });
      continue;
    }
    const place = await placeOf(path);
    places.set(place, places.get(place) ?? need.where);
    const reason = await notWritable(place);
    const standing = reason === undefined ? 'there' : lacking(need, false);
    findings.push(
      reason === undefined
        ? { ...base, standing, found: `${place} may be written.` }
        : {
            ...base,
            standing,
            found: `${place}: ${reason}.${why(need, standing)}`,
            next: 'Let the worker write there.',
          },
    );
  }
  return [...findings, ...(await lookForRoom(places))];
}

/** The nearest that is there: the folder itself, the one that holds the file, or one above; a file where a folder must be. */
async function placeOf(path: string, last = true): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found && (found.isDirectory() || !last)) return path;
  const above = dirname(path);
  return above === path ? path : await placeOf(above, false);
}

async function notWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'it is no folder';
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errnoOf(error) ?? 'error';
    return REASONS[code] ?? `it cannot be written (${code})`;
  }
}

/** One finding for each file system. */
async function lookForRoom(places: ReadonlyMap<string, string>): Promise<Finding[]> {
  const seen = new Set<number>();
  const findings: Finding[] = [];
  for (const [place, where] of places) {
    const { dev } = await stat(place);
    if (seen.has(dev)) continue;
    seen.add(dev);
    const { bavail, bsize, blocks } = await statfs(place);
    // Such as /proc: it has no room that could run out.
    if (blocks === 0) continue;
    const free = bavail * bsize;
    const found = `${Math.floor(free / 1e6)} MB are free.`;
    findings.push(
      free >= LEAST_FREE_BYTES
        ? { area: 'disk', what: place, where, standing: 'there', found }
        : {
            area: 'disk',
            what: place,
            where,
            standing: 'missing',
            found: `${found} At least ${LEAST_FREE_BYTES / 1e6} MB are needed.`,
            next: 'Make room, or give another folder.',
          },
    );
  }
  return findings;
}
