import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import { textOf } from '../shared/text.js';

/** What a system is made of besides its own code. */
export interface Component {
  /** As its registry has it, with its scope or group: `@scope/name`. */
  name: string;
  version: string;
  /** The registry, by the type of a package URL: `npm`, `pypi`. Nothing where the list does not say. */
  type?: string;
  /** As the list says it; nothing where it says none. */
  licence?: string;
  /** By what other name it is used. */
  alias?: string;
  /** Where it is installed, relative to the lock file. */
  path?: string;
  /** Whether its content is held fast by a hash. */
  pinned: boolean;
}

export const FORMATS = ['npm', 'requirements', 'cyclonedx'] as const;
export type Format = (typeof FORMATS)[number];

/** What is left out of a lock file of npm. */
export const OMITS = ['dev', 'optional'] as const;
export type Omit = (typeof OMITS)[number];

/** The components of a list, and how many were left out. */
export interface Components {
  components: Component[];
  leftOut: number;
  /** Entries that name no single version. */
  unpinned: string[];
}

/**
 * Reads what a system is made of.
 *
 * @param what how the list is told in an error: `The lock file package-lock.json`
 * @throws ReadingError EXPECTATION_FAILED for what is no such list, and for an empty one: of it nothing is known
 */
export function readComponents(
  bytes: Uint8Array,
  format: Format,
  what: string,
  omit: readonly Omit[] = [],
): Components {
  const text = read(() => textOf(bytes, 'it'), what);
  const list =
    format === 'requirements'
      ? readRequirements(text)
      : format === 'npm'
        ? readNpm(text, what, omit)
        : readBom(text, what);
  if (list.components.length + list.unpinned.length > 0) return list;
  throw new ReadingError('EXPECTATION_FAILED', `${what} lists no component, so nothing is known of them.`);
}

function read<T>(work: () => T, what: string): T {
  try {
    return work();
  } catch (error) {
    throw none(what, error instanceof Error ? error.message : String(error));
  }
}

function none(what: string, why: string): ReadingError {
  return new ReadingError('EXPECTATION_FAILED', `${what} cannot be used: ${why.replace(/\.$/, '')}.`);
}

function parsed<T>(schema: z.ZodType<T>, text: string, what: string, called: string): T {
  const { data, error } = schema.safeParse(read(() => exactJson(text), what));
  if (data !== undefined) return data;
  const [first] = error?.issues ?? [];
  throw none(what, `it is no ${called}: ${first?.path.join('.') || 'it'}: ${first?.message}`);
}

const npmPackage = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});
const npmLock = z.looseObject({
  lockfileVersion: z.union([z.literal(2), z.literal(3)], 'it must be 2 or 3, as npm 7 and later write it'),
  packages: z.record(z.string(), npmPackage),
});

function readNpm(text: string, what: string, omit: readonly Omit[]): Components {
  const { packages } = parsed(npmLock, text, what, 'lock file of npm');
  const list: Components = { components: [], leftOut: 0, unpinned: [] };
  for (const [path, one] of Object.entries(packages)) {
    const folder = path.lastIndexOf('node_modules/');
    // The project itself and its workspaces; a link leads to one of these.
    if (folder < 0 || one.link) continue;
    if (isOmitted(one, omit)) {
      list.leftOut += 1;
      continue;
    }
    const installed = path.slice(folder + 'node_modules/'.length);
    const name = one.name ?? installed;
    const pinned = one.integrity !== undefined || one.inBundle === true;
    if (one.version === undefined || !pinned) list.unpinned.push(`${name}@${one.version ?? 'no version'}`);
    if (one.version === undefined) continue;
    list.components.push({
      name,
      version: one.version,
      type: 'npm',
      path,
      pinned,
      ...(one.license === undefined ? {} : { licence: one.license }),
      ...(name === installed ? {} : { alias: installed }),
    });
  }
  return list;
}

/** As `npm install --omit` has it. */
function isOmitted({ dev, optional, devOptional }: z.infer<typeof npmPackage>, omit: readonly Omit[]): boolean {
  const [noDev, noOptional] = [omit.includes('dev'), omit.includes('optional')];
  return (dev === true && noDev) || (optional === true && noOptional) || (devOptional === true && noDev && noOptional);
}

/** PEP 503: how a name is written does not matter. */
const pypiName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
const PINNED =
  /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:;[^#]*?)?((?:\s+--hash[= ]\S+)*)$/;
/** What is said to pip, and names no component. */
const OPTION =
  /^(?:--?(?:i|index-url|extra-index-url|f|find-links|no-index|prefer-binary|only-binary|no-binary|trusted-host|require-hashes|pre)\b)/;

/** requirements.txt of pip: what is no `name==version` is not pinned, such as another file, an address, a range. */
function readRequirements(text: string): Components {
  const list: Components = { components: [], leftOut: 0, unpinned: [] };
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const entry = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (entry === '' || OPTION.test(entry)) continue;
    const [, name, version, hashes = ''] = PINNED.exec(entry) ?? [];
    const pinned = hashes.trim() !== '';
    if (name === undefined || version === undefined || !pinned) list.unpinned.push(entry.slice(0, 200));
    if (name !== undefined && version !== undefined)
      list.components.push({ name: pypiName(name), version, type: 'pypi', pinned });
  }
  return list;
}

const licence = z.looseObject({
  expression: z.string().optional(),
  license: z.looseObject({ id: z.string().optional(), name: z.string().optional() }).optional(),
});
interface BomPart {
  group?: string | undefined;
  name: string;
  version?: string | undefined;
  purl?: string | undefined;
  licenses?: z.infer<typeof licence>[] | undefined;
  hashes?: unknown[] | undefined;
  components?: BomPart[] | undefined;
}
const bomPart: z.ZodType<BomPart> = z.looseObject({
  group: z.string().optional(),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().optional(),
  licenses: z.array(licence).optional(),
  hashes: z.array(z.unknown()).optional(),
  components: z.lazy(() => z.array(bomPart)).optional(),
});
const bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(bomPart).optional(),
});

function readBom(text: string, what: string): Components {
  const { components = [] } = parsed(bom, text, what, 'CycloneDX');
  const list: Components = { components: [], leftOut: 0, unpinned: [] };
  const add = (part: BomPart): void => {
    const component = ofPart(part);
    if (component.version === '') list.unpinned.push(component.name);
    else list.components.push(component);
    part.components?.forEach(add);
  };
  components.forEach(add);
  return list;
}

function ofPart({ group, name, version = '', purl, licenses = [], hashes = [] }: BomPart): Component {
  const named = (group ?? '') === '' ? name : `${group}/${name}`;
  const said = licenses.map((one) => one.expression ?? one.license?.id ?? one.license?.name ?? '').filter(Boolean);
  const licences = said.length === 1 ? said[0] : said.map((one) => `(${one})`).join(' AND ');
  return {
    ...(ofPurl(purl ?? '') ?? { name: named, version }),
    pinned: hashes.length > 0,
    ...(said.length === 0 || licences === undefined ? {} : { licence: licences }),
  };
}

/** A package URL, its qualifiers left out: `pkg:npm/%40scope/name@1.0.0?x=y#z`. */
function ofPurl(purl: string): Pick<Component, 'name' | 'version' | 'type'> | undefined {
  const [, type, path, version] = /^pkg:([a-z][a-z0-9.+-]*)\/([^@?#]+)@([^?#]+)/i.exec(purl) ?? [];
  if (type === undefined || path === undefined || version === undefined) return undefined;
  try {
    const name = path.split('/').map(decodeURIComponent).join('/');
    const kind = type.toLowerCase();
    return { name: kind === 'pypi' ? pypiName(name) : name, version: decodeURIComponent(version), type: kind };
  } catch {
    return undefined;
  }
}
