import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256 } from '../../evidence/hash.js';
import { errnoOf } from '../../host/errno.js';
import { LEDGERS, MEMORY } from '../../model/evidence/journal-files.js';
import { MANIFEST, parseManifest, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import type { StepTask } from '../../model/state/contract.js';
import { homeOf, stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';

/**
 * Checks what the undo of an earlier go-live reads against the seal of that one's bundle: its journal says which command
 * runs and its memory which file is put back, and both have lain in a folder since, while people were asked.
 *
 * @throws StepError EXPECTATION_FAILED when something is not as it was sealed
 */
export async function checkSealedHome(task: StepTask): Promise<void> {
  const { undoes } = task;
  if (undoes?.evidenceDir === undefined) return;
  const home = homeOf(task);
  const sealed = await sealedFiles(home, undoes.bundle);
  // As manifests have it.
  const folder = relative(home, stepFolder(home, undoes)).replaceAll(sep, '/');
  const read = [...[LEDGERS.do, MEMORY].map((name) => `${folder}/${name}`), 'data/events.jsonl', 'data/plan.json'];
  for (const path of read) {
    if ((await hashOf(join(home, path))) !== sealed.get(path)) throw altered(join(home, path));
  }
}

/** The files of a sealed bundle by their paths, as the tag manifest of that digest vouches for them. */
async function sealedFiles(home: string, bundle: string | undefined): Promise<Map<string, string>> {
  const tags = await readFile(join(home, TAG_MANIFEST)).catch(() => undefined);
  if (tags === undefined || sha256(tags) !== bundle) throw altered(join(home, TAG_MANIFEST));
  const listed = entriesOf(tags).get(MANIFEST);
  const manifest = await readFile(join(home, MANIFEST)).catch(() => undefined);
  if (manifest === undefined || sha256(manifest) !== listed) throw altered(join(home, MANIFEST));
  return entriesOf(manifest);
}

function entriesOf(manifest: Buffer): Map<string, string> {
  const read = parseManifest(manifest.toString('utf8'));
  return new Map('entries' in read ? read.entries.map((entry) => [entry.path, entry.sha256]) : []);
}

/** Undefined when it is not there. */
async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw altered(path);
  }
}

function altered(path: string): StepError {
  return new StepError('EXPECTATION_FAILED', `${path} is not as the earlier go-live sealed it.`, {
    hint: 'See who changed it: what it says of the undo cannot be believed. Get the bundle again from where it was kept, or undo by hand.',
  });
}
