/** A file in the evidence folder, named by its hash. */
export interface EvidenceRef {
  /** Short name within the step, e.g. `results.jsonl`. */
  name: string;
  /** Path below the bundle's `data/` folder. */
  path: string;
  sha256: string;
  bytes: number;
}

/** Content of `bagit.txt` (RFC 8493, section 2.1.1). */
export const BAGIT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
export const MANIFEST = 'manifest-sha256.txt' as const;
export const TAG_MANIFEST = 'tagmanifest-sha256.txt' as const;
/** In `data/`: the list that an approval of the bundle binds to; its own SHA-256 is the digest. */
export const APPROVED_MANIFEST = 'approved-manifest.txt';

/** One file of a bag: its hash and its path below the bag's folder, with `/`. */
export interface ManifestEntry {
  sha256: string;
  path: string;
}

/**
 * A manifest as GNU `sha256sum -c` reads it: `<hash>  <path>`, sorted by path. A path with a backslash or a line
 * break is escaped and its line begins with a backslash, as `sha256sum` itself prints it.
 */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  return manifestLines(entries).join('');
}

/** The lines of `formatManifest`, each with its line break. */
export function manifestLines(entries: readonly ManifestEntry[]): string[] {
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)).map(manifestLine);
}

/** One line of a manifest with its line break. */
export function manifestLine({ sha256, path }: ManifestEntry): string {
  if (!/[\\\n\r]/.test(path)) return `${sha256}  ${path}\n`;
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `\\${sha256}  ${escaped}\n`;
}

const LINE = /^(\\?)([0-9a-f]{64}) [ *](.+)$/s;
const ESCAPES: Record<string, string> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

/** Reads a manifest. @returns the entries, or the number (from 1) of the first line that is none */
export function parseManifest(text: string): { entries: ManifestEntry[] } | { badLine: number } {
  const entries: ManifestEntry[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' && index === lines.length - 1) break;
    const entry = parseManifestLine(line);
    if (entry === undefined) return { badLine: index + 1 };
    entries.push(entry);
  }
  return { entries };
}

/** Reads one line of a manifest, without its line break. */
export function parseManifestLine(line: string): ManifestEntry | undefined {
  const [, escaped, sha256, path] = LINE.exec(line) ?? [];
  if (sha256 === undefined || path === undefined) return undefined;
  return { sha256, path: escaped ? path.replace(/\\\\|\\n|\\r/g, (pair) => ESCAPES[pair] ?? pair) : path };
}
