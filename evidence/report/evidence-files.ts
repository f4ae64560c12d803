import { isNamedFile } from '../../model/evidence/own-files.js';
import { parseManifest } from '../../model/evidence/manifest.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Extras } from './extras.js';

const DATA = 'data/';
/** Most files of samples that a page lists: a window may run for weeks. */
const MOST_SAMPLES = 200;

/** Rows of the files that the runbook names: file, whether it is there, SHA-256. What is left out has a row that says so. */
export function evidenceFileRows({ bundle }: GoLiveState, manifest: string, { sampled }: Extras): string[][] {
  const read = parseManifest(manifest);
  const entries = 'entries' in read ? read.entries : [];
  const row = ({ path, sha256 }: { path: string; sha256: string }): string[] => [
    path.slice(DATA.length),
    'present',
    sha256,
  ];
  const patterns = sampled.map(patternOf);
  const samples = entries.filter(({ path }) => patterns.some((pattern) => pattern.test(path)));
  const more = samples.length - MOST_SAMPLES;
  return [
    ...entries.filter(({ path }) => isNamedFile(path)).map(row),
    ...samples.slice(0, MOST_SAMPLES).map(row),
    ...(more > 0 ? [[`${more} more of samples`, 'present', 'in manifest-sha256.txt']] : []),
    ...(bundle?.missing ?? []).map((what) => [what, 'MISSING', '']),
  ];
}

/** What the files of a window's samples are called, of every attempt; `{date}` and `{n}` stand in their names. */
function patternOf({ phase, step, file }: Extras['sampled'][number]): RegExp {
  const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const name = plain(file)
    .replaceAll(plain('{date}'), String.raw`\d{4}-\d\d-\d\d`)
    .replaceAll(plain('{n}'), String.raw`\d+`);
  return new RegExp(String.raw`^${DATA}phases/${plain(phase)}\.\d+/${plain(step)}/${name}$`);
}
