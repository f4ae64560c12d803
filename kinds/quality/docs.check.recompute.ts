import { posix } from 'node:path';
import { z } from 'zod';
import { pattern } from '../../model/text/pattern.js';
import { readable } from '../../model/text/readable.js';
import { exactJson } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { textOf } from '../shared/text.js';
import type { docsCheck as kind, Need } from './docs.check.kind.js';
import { type Heading, type Markdown, readMarkdown } from './markdown.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the documents themselves do not say: which are there, and what their links lead to. */
const readSchema = z.object({
  present: z.array(z.boolean()).min(1),
  /** By path; the anchors of Markdown. */
  targets: z.record(z.string(), z.object({ there: z.boolean(), anchors: z.array(z.string()).optional() })),
  credentials: z.int(),
});
export type Read = z.infer<typeof readSchema>;

/** Something that is not as it must be. */
export interface DocFinding {
  file: string;
  line: number;
  what: string;
}

const SHOWN = 20;
/** UTF-16 units of each. */
const SHOWN_LENGTH = 300;

const told = ({ file, line, what }: DocFinding): string =>
  line === 0 ? `${file} ${what}` : `${file}:${line}: ${what}`;

/** The step leaves the documents, less credentials, and what their links lead to. */
export const recomputeDocsCheck: RecomputeOf<typeof kind> = (input, read) => {
  const said = read('read.json');
  if (said === undefined) return undefined;
  const facts = readSchema.parse(exactJson(said.toString('utf8')));
  const documents = input.documents.map((_, at) => (facts.present[at] ? read(documentName(at)) : undefined));
  if (documents.some((bytes, at) => facts.present[at] && bytes === undefined)) return undefined;
  return docsOf(
    input,
    documents.map((bytes, at) => markdownOf(input, at, bytes)),
    facts,
  ).outputs;
};

export const documentName = (at: number): string => `document-${at + 1}.md`;

/**
 * A document of the list.
 *
 * @throws ReadingError CHECK_FAILED for what is no text, EXPECTATION_FAILED for one without a word
 */
export function markdownOf(input: Input, at: number, bytes: Uint8Array | undefined): Markdown | undefined {
  if (bytes === undefined) return undefined;
  const path = input.documents[at]?.path ?? '';
  const read = readMarkdown(textOf(bytes, path));
  if (read.words > 0) return read;
  throw new ReadingError('EXPECTATION_FAILED', `${path} is empty: it holds no word, so there is nothing to check.`);
}

/** Where a link leads: a path from the folder of the runbook and a heading there, the same document, or elsewhere. */
export function placeOf(to: string, document: string, root: string): 'elsewhere' | { path: string; anchor?: string } {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(to)) return 'elsewhere';
  const [, said = '', fragment] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(to) ?? [];
  const path = decoded(said);
  const anchor = fragment ? { anchor: decoded(fragment) } : {};
  if (path === '') return { path: posix.normalize(document), ...anchor };
  return { path: posix.join(path.startsWith('/') ? root : posix.dirname(document), path), ...anchor };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The outputs of documents, with all that was found. @param documents undefined for one that is not there */
export function docsOf(input: Input, documents: readonly (Markdown | undefined)[], { targets, credentials }: Read) {
  const findings: DocFinding[] = [];
  const counts = { missing: 0, thinDocuments: 0, unmet: 0, links: 0, brokenLinks: 0, externalLinks: 0 };
  for (const [at, document] of documents.entries()) {
    const asked = input.documents[at];
    if (asked === undefined) continue;
    const { path: file } = asked;
    if (document === undefined) {
      counts.missing += 1;
      findings.push({ file, line: 0, what: 'is not there' });
      continue;
    }
    const unmet = unmetOf(asked, document);
    counts.unmet += unmet.length;
    counts.thinDocuments += unmet.length > 0 ? 1 : 0;
    for (const one of unmet) findings.push(one);
    for (const { to, line } of input.links ? document.links : []) {
      const place = placeOf(to, file, input.root);
      if (place === 'elsewhere') {
        counts.externalLinks += 1;
        continue;
      }
      counts.links += 1;
      const why = whyBroken(place, targets);
      if (why === undefined) continue;
      counts.brokenLinks += 1;
      findings.push({ file, line, what: `the link ${to} leads nowhere: ${why}` });
    }
  }
  const outputs = {
    documents: documents.length,
    present: documents.length - counts.missing,
    ...counts,
    findings: findings.slice(0, SHOWN).map((one) => readable(told(one), SHOWN_LENGTH)),
    credentials,
  };
  return { outputs, findings };
}

function whyBroken({ path, anchor }: { path: string; anchor?: string }, targets: Read['targets']): string | undefined {
  const target = Object.hasOwn(targets, path) ? targets[path] : undefined;
  if (!target?.there) return `there is no ${path}`;
  if (anchor === undefined || target.anchors === undefined) return undefined;
  // GitHub finds a heading whatever its case; `top` is the beginning of each page.
  const known = target.anchors.some((one) => one === anchor || one === anchor.toLowerCase());
  return known || anchor.toLowerCase() === 'top' ? undefined : `${path} has no heading ${anchor}`;
}

function unmetOf(asked: Input['documents'][number], document: Markdown): DocFinding[] {
  const { path: file, needs, without, words } = asked;
  const findings = needs.flatMap((need) => unmetNeed(need, document).map((one) => ({ file, ...one })));
  if (document.words < words)
    findings.push({ file, line: 1, what: `has ${document.words} words, and ${words} must be` });
  for (const source of without) {
    const read = pattern(source);
    for (const [at, line] of document.lines.entries()) {
      if (read.test(line)) findings.push({ file, line: at + 1, what: `a line matches ${source}, and none may` });
    }
  }
  return findings;
}

function unmetNeed(need: Need, document: Markdown): { line: number; what: string }[] {
  if ('text' in need) {
    const read = pattern(need.text);
    return document.lines.some((line) => read.test(line)) ? [] : [{ line: 1, what: `no line matches ${need.text}` }];
  }
  const source = 'heading' in need ? need.heading : need.under;
  const read = pattern(source);
  const found = document.headings.filter(({ text }) => read.test(text));
  if (found.length === 0) return [{ line: 1, what: `no heading matches ${source}` }];
  if ('heading' in need) return [];
  const held = found.map((heading) => ({ heading, count: countUnder(heading, need.of, document) }));
  const [best] = held.toSorted((a, b) => b.count - a.count);
  if (best === undefined || best.count >= need.atLeast) return [];
  const { text, line } = best.heading;
  return [{ line, what: `${text} holds ${best.count} ${need.of}, and ${need.atLeast} must be` }];
}

/** What a section holds: all behind its heading up to the next of its level or above. */
function countUnder({ level, line }: Heading, of: 'headings' | 'items' | 'rows' | 'code', document: Markdown): number {
  const behind = document.headings.filter((one) => one.line > line);
  const end = behind.find((one) => one.level <= level)?.line ?? Number.POSITIVE_INFINITY;
  if (of !== 'headings') {
    return document.parts.filter((one) => one.what === of && one.line > line && one.line < end).length;
  }
  const within = behind.filter((one) => one.line < end);
  const next = within.reduce((least, one) => Math.min(least, one.level), Number.POSITIVE_INFINITY);
  return within.filter((one) => one.level === next).length;
}
