import { z } from 'zod';
import { sha256 } from '../../evidence/hash.js';
import { exactJson } from '../shared/json.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import type { Component } from './component.js';
import { readComponents, vendoredIn } from './components.js';
import { baselineOf, review } from './findings.js';
import { judgeLicence, partOf } from './licence-expression.js';
import type { securityLicences as kind } from './security.licences.kind.js';

type Input = z.infer<(typeof kind)['input']>;

/** When it was looked, and what is installed says of itself, by path, where the list says nothing. */
export const installedSchema = z.strictObject({ at: z.iso.datetime(), licences: z.record(z.string(), z.string()) });
export type Installed = z.infer<typeof installedSchema>;

/** A component whose licence is not as it must be. */
export interface LicenceFinding {
  id: string;
  name: string;
  version: string;
  licence: string;
  why: 'not allowed' | 'unknown' | 'missing';
}

/** The step leaves the list as it was, what is installed said, and the baseline. */
export const recomputeSecurityLicences: RecomputeOf<typeof kind> = (input, read) => {
  const [list, installed, baseline] = [read('list.json'), read('installed.json'), read('baseline.json')];
  if (list === undefined || installed === undefined) return undefined;
  return licenceOutputs(input, list, installedSchema.parse(exactJson(installed.toString('utf8'))), baseline).outputs;
};

/**
 * The components of the list that a step names; with those folders of the project that are none of its workspaces, for
 * somebody else's code may lie there.
 *
 * @throws ReadingError
 */
export function listed({ from }: Input, bytes: Uint8Array) {
  const list =
    'lock' in from
      ? readComponents(bytes, 'npm', `The lock file ${from.lock}`, from.omit)
      : readComponents(bytes, 'cyclonedx', `The SBOM ${from.sbom}`);
  const vendored = vendoredIn(list);
  return { ...list, components: [...list.components, ...vendored], workspaces: list.local.length - vendored.length };
}

/**
 * The outputs of a look at licences, with the findings.
 *
 * @throws ReadingError as `readComponents` and `baselineOf`
 */
export function licenceOutputs(input: Input, list: Uint8Array, { at, licences }: Installed, kept: Buffer | undefined) {
  const { components, leftOut, unpinned, workspaces } = listed(input, list);
  const allowed = new Set(input.allow.flatMap((one) => partOf(one) ?? []));
  const licenceOf = ({ licence, path = '' }: Component): string =>
    licence ?? (Object.hasOwn(licences, path) ? licences[path] : undefined) ?? '';
  // Of what names no version, no licence is known.
  const nameless = unpinned.filter((one) => !components.some(({ name, version }) => one === `${name}@${version}`));
  const all = [
    ...components.flatMap((one) => findingOf(one.name, one.version, licenceOf(one), allowed) ?? []),
    ...nameless.flatMap((name) => findingOf(name, '', '', allowed) ?? []),
  ];
  const baseline =
    kept === undefined ? [] : baselineOf(exactJson(kept.toString('utf8')), input.baseline ?? 'The baseline');
  const { accepted, expired, stale } = review(new Set(all.map(({ id }) => id)), baseline, new Date(at));
  const open = all.filter(({ id }) => !accepted.has(id));
  const of = (why: LicenceFinding['why']): number => open.filter((one) => one.why === why).length;
  const outputs = {
    findings: open.length,
    notAllowed: of('not allowed'),
    unknown: of('unknown'),
    missing: of('missing'),
    accepted: all.length - open.length,
    expired,
    stale,
    components: components.length + nameless.length,
    leftOut,
    workspaces,
    licences: new Set(components.map(licenceOf).filter(Boolean)).size,
  };
  return { outputs, findings: all };
}

function findingOf(
  name: string,
  version: string,
  licence: string,
  allowed: ReadonlySet<string>,
): LicenceFinding | undefined {
  const answer = licence === '' ? 'missing' : judgeLicence(licence, allowed);
  if (answer === 'allowed') return undefined;
  return { id: sha256(JSON.stringify([name, licence])).slice(0, 16), name, version, licence, why: answer };
}
