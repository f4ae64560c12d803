import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import type { Component, Components } from './component.js';
import { readComponents, vendoredIn } from './components.js';
import type { securitySbom as kind } from './security.sbom.kind.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the SBOM itself does not say. */
export const sbomRunSchema = z.strictObject({ version: z.string().optional(), credentials: z.int() });
export type SbomRun = z.infer<typeof sbomRunSchema>;

/** A component that is not in both, or not held fast. */
export interface Difference {
  component: string;
  why: 'missing' | 'extra' | 'unpinned' | 'of the project';
}

/** The step leaves the SBOM and the lock file as they were, less credentials. */
export const recomputeSecuritySbom: RecomputeOf<typeof kind> = (input, read) => {
  const [sbom, lock, run] = [read('sbom.json'), read('lock.txt'), read('sbom-run.json')];
  if (sbom === undefined || lock === undefined || run === undefined) return undefined;
  return sbomOutputs(input, sbom, lock, sbomRunSchema.parse(exactJson(run.toString('utf8')))).outputs;
};

/**
 * Compares an SBOM with a lock file.
 *
 * @throws ReadingError as `readComponents`
 */
export function sbomOutputs(input: Input, sbom: Uint8Array, lock: Uint8Array, { version, credentials }: SbomRun) {
  const listed = readComponents(sbom, 'cyclonedx', 'The SBOM');
  const locked = lockedIn(input, lock);
  const known = new Map([...locked.components, ...vendoredIn(locked)].map((one) => [nameOf(one), one]));
  const aliases = new Map(
    locked.components.flatMap((one) => (one.alias === undefined ? [] : [[`${one.alias}@${one.version}`, nameOf(one)]])),
  );
  const there = new Set<string>();
  // A list may name the workspaces of the project itself, and need not.
  const local = new Set(locked.local.filter(({ workspace }) => workspace).flatMap((one) => [nameOf(one), one.name]));
  const extra = new Set(listed.unpinned.filter((name) => !local.has(name)));
  const aliased = new Set<string>();
  for (const one of listed.components) {
    const name = nameOf(one);
    const real = known.has(name) ? name : aliases.get(name);
    const type = real === undefined ? undefined : known.get(real)?.type;
    if (real === undefined && local.has(name)) continue;
    if (real === undefined || (one.type !== undefined && one.type !== type)) extra.add(name);
    else {
      there.add(real);
      if (real !== name) aliased.add(name);
    }
  }
  const missing = [...known.keys()].filter((name) => !there.has(name));
  const unpinned = [...new Set(locked.unpinned)];
  const outputs = {
    components: there.size + extra.size,
    locked: known.size,
    missing: missing.length,
    extra: extra.size,
    aliased: aliased.size,
    unpinned: unpinned.length,
    local: locked.local.length,
    leftOut: locked.leftOut,
    ...(version === undefined ? {} : { version }),
    credentials,
  };
  const rows = (why: Difference['why'], names: Iterable<string>): Difference[] =>
    [...names].toSorted().map((component) => ({ component, why }));
  return {
    outputs,
    differences: [
      ...rows('missing', missing),
      ...rows('extra', extra),
      ...rows('unpinned', unpinned),
      ...rows(
        'of the project',
        locked.local.map(({ name, path }) => `${name} in ${path}`),
      ),
    ],
  };
}

function lockedIn({ lock }: Input, bytes: Uint8Array): Components {
  return 'npm' in lock
    ? readComponents(bytes, 'npm', `The lock file ${lock.npm}`, lock.omit)
    : readComponents(bytes, 'requirements', `The lock file ${lock.requirements}`);
}

const nameOf = ({ name, version }: Pick<Component, 'name' | 'version'>): string => `${name}@${version}`;
