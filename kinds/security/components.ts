import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import { textOf } from '../shared/text.js';
import type { Component, Components, Format, Omit } from './component.js';
import { componentsOfNpm, npmLock } from './npm-lock.js';

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
        ? componentsOfNpm(parsed(npmLock, text, what, 'lock file of npm'), omit)
        : readBom(text, what);
  if (list.components.length + vendoredIn(list).length + list.unpinned.length > 0) return list;
  throw new ReadingError('EXPECTATION_FAILED', `${what} lists no component, so nothing is known of them.`);
}

/** Folders of the project that are none of its workspaces: somebody else's code may lie there, so they are components. */
export function vendoredIn({ local }: Components): Component[] {
  // What the commit itself holds is held fast.
  return local.filter(({ workspace }) => !workspace).map((one) => ({ ...one, type: 'npm', pinned: true }));
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

/** PEP 503: how a name is written does not matter. */
const pypiName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
const PINNED =
  /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:;[^#]*?)?((?:\s+--hash[= ]\S+)*)$/;
/** What is said to pip, and names no component. */
const OPTION =
  /^(?:--?(?:i|index-url|extra-index-url|f|find-links|no-index|prefer-binary|only-binary|no-binary|trusted-host|require-hashes|pre)\b)/;

/** Those that pip takes (pip/_internal/utils/hashes.py), as it writes them. */
const STRONG = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/i;

/** requirements.txt of pip: what is no `name==version` is not pinned, such as another file, an address, a range. */
function readRequirements(text: string): Components {
  const list: Components = { components: [], local: [], leftOut: 0, unpinned: [] };
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const entry = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (entry === '' || OPTION.test(entry)) continue;
    const [, name, version, hashes = ''] = PINNED.exec(entry) ?? [];
    const told = hashes
      .trim()
      .split(/\s*--hash[= ]/)
      .filter(Boolean);
    const pinned = told.length > 0 && told.every((one) => STRONG.test(one));
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
  const list: Components = { components: [], local: [], leftOut: 0, unpinned: [] };
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
