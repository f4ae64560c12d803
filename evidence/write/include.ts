import { lstat, readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import type { CollectEvidence } from '../../model/state/contract.js';
import { isOwnFile, isReleaseFile } from '../../model/evidence/own-files.js';
import { type Json, parseJson } from '../../model/json.js';
import { addressText, readEvidenceAddress } from '../../model/plan/address.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../durable.js';
import { EvidenceRefusal, evidenceError } from '../error.js';
import type { EvidenceStore } from '../store.js';

type Include = CollectEvidence['include'][number];
interface Source {
  from: string;
  content: Buffer;
}

const NAME = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}$/;

/**
 * Writes one file of `evidence.include` from what steps left.
 *
 * @returns what is missing of it, a sentence each
 * @throws EvidenceRefusal for a name that is not allowed; EvidenceError when it cannot be written
 */
export async function writeIncluded(store: EvidenceStore, include: Include, state: GoLiveState): Promise<string[]> {
  if (!(NAME.test(include.file) || isReleaseFile(include.file)) || isOwnFile(include.file)) {
    throw new EvidenceRefusal(
      `The bundle cannot hold a file of a runbook named ${JSON.stringify(include.file)}.`,
      'Give it another name under evidence.include.',
    );
  }
  const recorded = recordedHashes(state);
  const sources: Source[] = [];
  const missing: string[] = [];
  const earlier = include.attempts === 'all' ? (await store.list()).files.map(({ path }) => path) : [];
  for (const [index, from] of include.from.entries()) {
    const path = include.paths[index];
    for (const before of attemptsBefore(from, path, earlier)) {
      const content = await readSource(store.local('data'), before, recorded.get(before));
      if (typeof content === 'string') missing.push(`${include.file}: ${before}: ${content}`);
      else sources.push({ from, content });
    }
    const found =
      path == null ? 'its step did not leave it' : await readSource(store.local('data'), path, recorded.get(path));
    if (typeof found === 'string') missing.push(`${include.file}: ${from}: ${found}`);
    else sources.push({ from, content: found });
  }
  if (sources.length > 0) await store.write(`data/${include.file}`, joined(include.file, sources, missing));
  return missing;
}

/**
 * Files that earlier attempts of a phase, and earlier tries of its step, left under the same name, the first one first.
 *
 * @param last the one that counts, below `data/`
 * @param files of the bundle
 */
function attemptsBefore(from: string, last: string | null | undefined, files: readonly string[]): string[] {
  const { phase, step, name } = readEvidenceAddress(from);
  const place = /^data\/phases\/(?<phase>.+)\.(?<attempt>\d+)\/(?<step>[^/.]+)(?:\.(?<epoch>\d+))?\/(?<name>[^/]+)$/;
  return files
    .flatMap((path) => {
      const found = place.exec(path)?.groups;
      if (found?.phase !== phase || found.step !== step || found.name !== name || path === `data/${last}`) return [];
      return [{ path: path.slice('data/'.length), at: [Number(found.attempt), Number(found.epoch ?? 1)] as const }];
    })
    .toSorted((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1])
    .map(({ path }) => path);
}

/** Every file that a step recorded, by path, with its hash. */
function recordedHashes(state: GoLiveState): Map<string, string> {
  const steps = [...state.phases, ...state.rollbacks].flatMap((one) => one.steps);
  return new Map(steps.flatMap((step) => (step.evidence ?? []).map((file) => [file.path, file.sha256] as const)));
}

async function readSource(data: string, path: string, expected: string | undefined): Promise<Buffer | string> {
  const absolute = resolve(data, path);
  const way = relative(data, absolute);
  // The way to another drive is no way up: it is that path itself.
  if (way.startsWith('..') || isAbsolute(way) || absolute === data) return 'its path leads out of the bundle';
  try {
    if (!(await lstat(absolute)).isFile()) return 'it is not a plain file';
    // A link in the middle of the path could lead out of the bundle.
    if (!(await realpath(absolute)).startsWith((await realpath(data)) + sep)) return 'its path leads out of the bundle';
    const content = await readFile(absolute);
    if (expected !== undefined && sha256(content) !== expected) return 'it was altered after its step had recorded it';
    return content;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'it is gone';
    throw evidenceError('read', absolute, error);
  }
}

/** One source as it is; several joined as their format asks. */
function joined(file: string, sources: readonly Source[], missing: string[]): string | Buffer {
  const [first, ...others] = sources;
  if (first === undefined) return '';
  if (others.length === 0) return first.content;
  const texts = sources.map(({ content }) => content.toString('utf8'));
  if (file.endsWith('.json')) return joinJson(file, sources, missing);
  if (!file.endsWith('.csv')) return texts.map(ended).join('');
  const header = firstLine(texts[0] ?? '');
  return texts
    .map((text, index) =>
      ended(index > 0 && firstLine(text) === header ? text.slice(header.length).replace(/^\r?\n/, '') : text),
    )
    .join('');
}

function joinJson(file: string, sources: readonly Source[], missing: string[]): string {
  const bySource: Record<string, Json> = {};
  for (const { from, content } of sources) {
    const { phase, step } = readEvidenceAddress(from);
    try {
      bySource[addressText({ phase, part: step })] = parseJson(content.toString('utf8'));
    } catch {
      missing.push(`${file}: ${from}: it is not JSON`);
    }
  }
  return `${JSON.stringify(bySource, null, 2)}\n`;
}

function firstLine(text: string): string {
  return text.slice(0, Math.max(0, text.search(/\r?\n|$/)));
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
