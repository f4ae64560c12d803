import Slugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

/** A document in Markdown, by what is looked at of it. Lines count from 1. */
export interface Markdown {
  lines: string[];
  words: number;
  headings: Heading[];
  links: Link[];
  /** What can be linked to: headings as GitHub names them, and ids in HTML. */
  anchors: Set<string>;
  /** What sections are counted by, in the order of the document. */
  parts: Part[];
}

export interface Heading {
  text: string;
  level: number;
  line: number;
}

interface Link {
  to: string;
  line: number;
}

interface Part {
  what: 'items' | 'rows' | 'code';
  line: number;
}

const parser = new MarkdownIt({ html: true });

/** Reads Markdown as GitHub does: CommonMark with tables; front matter is no part of it. */
export function readMarkdown(text: string): Markdown {
  const lines = withoutFrontMatter(text.split(/\r?\n/));
  const made: Markdown = { lines, words: 0, headings: [], links: [], anchors: new Set(), parts: [] };
  const slugger = new Slugger();
  const tokens = parser.parse(lines.join('\n'), {});
  let inBody = false;
  let line = 1;
  for (const [at, token] of tokens.entries()) {
    // A cell of a table has no lines of its own: they are those of its row.
    if (token.map) line = token.map[0] + 1;
    if (token.type === 'heading_open') {
      const heading = plainText(tokens[at + 1]);
      made.headings.push({ text: heading, level: Number(token.tag.slice(1)), line });
      made.anchors.add(slugger.slug(heading));
    } else if (token.type === 'inline') readInline(token, line, made);
    else if (token.type === 'html_block') readHtml(token.content, line, made);
    else if (token.type === 'fence' || token.type === 'code_block') {
      made.parts.push({ what: 'code', line });
      made.words += wordsIn(token.content);
    } else if (token.type === 'list_item_open' && token.level === 1) made.parts.push({ what: 'items', line });
    else if (token.type === 'tbody_open' || token.type === 'tbody_close') inBody = token.type === 'tbody_open';
    else if (token.type === 'tr_open' && inBody) made.parts.push({ what: 'rows', line });
  }
  return made;
}

/** Its lines stay, empty, so that those behind it keep their numbers. */
function withoutFrontMatter(lines: readonly string[]): string[] {
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  return lines.map((line, at) => (at <= end ? '' : line));
}

function readInline(token: Token, from: number, made: Markdown): void {
  let line = from;
  for (const child of token.children ?? []) {
    if (child.type === 'softbreak' || child.type === 'hardbreak') line += 1;
    else if (child.type === 'link_open') addLink(child.attrGet('href'), line, made);
    else if (child.type === 'image') addLink(child.attrGet('src'), line, made);
    else if (child.type === 'html_inline') readHtml(child.content, line, made);
    else made.words += wordsIn(child.content);
  }
}

const TAG = /<!--[\s\S]*?(?:-->|$)|<[A-Za-z][^<>]*>/g;
const ATTRIBUTE = /\s(id|name|href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

function readHtml(html: string, from: number, made: Markdown): void {
  for (const { 0: tag, index } of html.matchAll(TAG)) {
    if (tag.startsWith('<!--')) continue;
    const line = from + html.slice(0, index).split('\n').length - 1;
    for (const [, name = '', double, single] of tag.matchAll(ATTRIBUTE)) {
      const value = double ?? single ?? '';
      if (/^(?:id|name)$/i.test(name)) made.anchors.add(value);
      else addLink(value, line, made);
    }
  }
  made.words += wordsIn(html.replaceAll(TAG, ' '));
}

function addLink(to: string | number | null, line: number, made: Markdown): void {
  made.links.push({ to: String(to ?? ''), line });
}

function plainText(token: Token | undefined): string {
  const told = token?.children?.filter(({ type }) => type === 'text' || type === 'code_inline') ?? [];
  return told.map(({ content }) => content).join('');
}

function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}
