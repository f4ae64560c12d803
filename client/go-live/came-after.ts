import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { provesAlone } from '../../model/evidence/journal-files.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { isNamedFile } from '../../model/evidence/own-files.js';
import { KEY_FILE, type SealPredicate } from '../../model/evidence/seal.js';
import { readable } from '../../model/text/readable.js';
import type { GoLiveState } from '../../model/state/state.js';
import { CLASSES, type Finding, worstOf } from '../../evidence/verify/finding.js';
import { OTHER_FILES } from '../../evidence/verify/log.js';
import { readSeal } from '../../evidence/verify/sealed.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { CliError } from '../errors.js';
import { type Bundle, bundleFolders } from '../evidence/ended.js';

/** Longest sentence about evidence that is not good, in UTF-16 units. */
const LONGEST_DOUBT = 300;

export type Ended = Bundle & { state: GoLiveState };

/** A go-live of the target that the server remembers, whatever lies in folders. */
export interface Remembered {
  change: string;
  /** Folder of its bundle. */
  directory: string;
  startedAt: string;
  /** `<target>/<change>` of the one that it took back. */
  takesBack?: string | undefined;
  /** It may have done something and does not run any more. */
  ended: boolean;
  /** It came to its end by itself, so that its bundle was closed. */
  completed: boolean;
}

/** What came after a go-live: bundles that hold, or that nobody closed; and what left nothing. */
export interface After {
  bundles: Bundle[];
  gone: Remembered[];
  /** What of their evidence is not good, and keeps nothing from being taken back. */
  doubts: string[];
}

/** Where bundles of a target lie, those that can be read, and which go-lives the server remembers. */
export interface Known {
  folders: string[];
  bundles: Bundle[];
  remembered: Remembered[];
}

/**
 * Finds what came after a go-live. A time in a state file can be bent, so each closed bundle is dated by its seal, and what
 * came after must hold whole. One that nobody closed came after, unless the server remembers that it did not.
 *
 * @param keys fingerprints of the keys that may have sealed them
 * @throws CliError with an exit code of `verify` when a seal is not good, or a bundle that came after does not hold
 */
export async function cameAfter(first: Ended, known: Known, keys: readonly string[]): Promise<After> {
  const since = first.state.startedAt;
  const seals = await sealsIn(known.folders, keys);
  const ids = [...seals.values()].map(({ goLive }) => goLive);
  const later = new Set<string>();
  const doubts: string[] = [];
  for (const [directory, { goLive, startedAt }] of seals) {
    if (directory === first.directory) continue;
    if (startedAt > since) later.add(directory);
    // Of two that are the same go-live, one may have the seal of the other.
    const twice = ids.indexOf(goLive) !== ids.lastIndexOf(goLive);
    if (startedAt > since || twice) doubts.push(...(await mustHold(directory, goLive, keys)));
  }
  const before = new Set(known.remembered.filter((one) => one.startedAt <= since).map(({ directory }) => directory));
  const open = known.bundles.filter(({ closed, directory }) => !closed && !before.has(directory));
  const there = new Set([...[...seals.values()].map(({ change }) => change), ...open.map(({ plan }) => plan.change)]);
  return {
    bundles: known.bundles.filter((one) => later.has(one.directory) || open.includes(one)),
    gone: known.remembered.filter((one) => one.startedAt > since && one.ended && !there.has(one.change)),
    doubts,
  };
}

/** What the seals say of all closed bundles, by their folders. */
async function sealsIn(folders: readonly string[], keys: readonly string[]): Promise<Map<string, SealPredicate>> {
  const seals = new Map<string, SealPredicate>();
  for (const directory of bundleFolders(folders).filter((folder) => existsSync(join(folder, TAG_MANIFEST)))) {
    const { seal, findings } = await readSeal(directory, keys);
    if (!seal) throw doesNotHold(directory, `The seal of ${basename(directory)}`, findings);
    seals.set(directory, seal);
  }
  return seals;
}

/**
 * Refuses a bundle of which what undos read, the seal or the key is not good; how it was decided is no matter for taking
 * it back. Files that only prove what was done do not keep it from being taken back, for a broken system must not stay so.
 *
 * @returns what is not good of those files, a sentence each
 * @throws CliError
 */
export async function mustHold(directory: string, id: string, keys: readonly string[]): Promise<string[]> {
  const { findings, findingCount } = await verifyBundle(directory, { keys }, recomputeOutputs);
  const bad = findings.filter(
    ({ class: kind, item }) =>
      ['altered', 'incomplete', 'unreadable'].includes(kind) || (kind === 'untrusted' && item === KEY_FILE),
  );
  const proves = bad.filter(({ item }) => onlyProves(item));
  // The log is said to be of other files wherever one is changed; its own bytes are looked at by themselves.
  const follows = ({ message }: Finding): boolean => proves.length > 0 && message === OTHER_FILES;
  const grave = bad.filter((one) => !proves.includes(one) && !follows(one));
  if (grave.length > 0) throw doesNotHold(directory, `The bundle of ${id}`, grave);
  // What is not told may be of any file.
  if (findingCount > findings.length) throw doesNotHold(directory, `The bundle of ${id}`, bad);
  return proves.map(({ item, message }) => readable(`${id}: ${item} ${message}`, LONGEST_DOUBT));
}

const onlyProves = (path: string): boolean => provesAlone(path) || isNamedFile(path);

function doesNotHold(directory: string, what: string, findings: readonly Finding[]): CliError {
  const kind = worstOf((one) => findings.some((found) => found.class === one));
  const [first] = findings;
  const why = first ? `: ${first.item} ${first.message}` : '';
  return new CliError(`${what} does not hold${why}.`, {
    exitCode: CLASSES[kind ?? 'altered'],
    where: directory,
    hint:
      kind === 'untrusted'
        ? 'If that key is of a worker of yours, name it as well: --trust. Else what it says of undos cannot be believed.'
        : 'What it says of undos cannot be believed. Get it again from where it was made, or undo by hand.',
  });
}
