import { codeFrameColumns } from '@babel/code-frame';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { counted } from '../../text/counted.js';
import type { ExpressionCheck } from '../expression/expression-check.js';
import { NOTHING, type StoodIn, whyHidden, writtenPath } from './stand-ins.js';

export type Path = readonly (string | number)[];

/** One thing that is wrong in a file, with its place. Lines and columns count from 1. */
export interface Problem {
  file: string;
  line: number;
  column: number;
  message: string;
  hint?: string;
  /** The lines around it with a caret, plain text. */
  frame: string;
}

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;
const MAX_PROBLEMS = 100;
/** NUL, bidirectional controls (Trojan Source, CVE-2021-42574), line and paragraph separators, lone surrogates. */
const UNSEEN = /[\0\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Zl}\p{Zp}\p{Surrogate}]/u;

interface Range {
  start: number;
  end: number;
}

/** A YAML text whose values can be pointed at. */
export class Source {
  readonly problems: Problem[] = [];
  readonly value: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed | undefined;
  private readonly seen = new Set<string>();
  private dropped = 0;
  private isReadable = false;
  private wasLeftOut = false;
  private stoodIn = NOTHING;

  /**
   * @param text YAML 1.2, core schema; no tags, anchors, aliases, merge keys or duplicate keys
   * @param file name that problems carry
   */
  constructor(
    readonly text: string,
    readonly file: string,
  ) {
    if (text.length > MAX_BYTES) {
      this.add(
        { start: 0, end: 1 },
        `the file is larger than 1 MiB (${text.length} characters)`,
        'Split it into several runbooks.',
      );
      return;
    }
    try {
      this.document = parseDocument(text, {
        version: '1.2',
        schema: 'core',
        merge: false,
        uniqueKeys: true,
        lineCounter: this.lines,
        prettyErrors: false,
        strict: true,
      });
    } catch (error) {
      this.add({ start: 0, end: 1 }, `the file cannot be read as YAML: ${String(error).split('\n')[0]}`);
      return;
    }
    for (const error of [...this.document.errors, ...this.document.warnings].filter(({ code }) => !isSoft(code))) {
      this.add(
        { start: error.pos[0], end: error.pos[1] },
        yamlMessage(error.message),
        yamlHint(error.code, error.message),
      );
    }
    this.refuseDirectives();
    this.refuseExtras(this.document.contents, 0);
    this.isReadable = this.problems.length === 0;
    for (const error of this.document.errors.filter(({ code }) => isSoft(code)))
      this.add({ start: error.pos[0], end: error.pos[1] }, 'this key stands twice', 'Keep one of the two.');
    if (this.isReadable) this.value = this.document.toJS({ maxAliasCount: 0 });
  }

  /** Whether the text could be read; if not, `problems` says why. */
  get readable(): boolean {
    return this.isReadable;
  }

  /** Whether something of the text was not looked at: where its problems are mended, more may show. */
  get partial(): boolean {
    return !this.isReadable || this.wasLeftOut || this.dropped > 0;
  }

  /** `%YAML` and `%TAG` would let the file say by which rules it is read. */
  private refuseDirectives(): void {
    const [head = ''] = this.text.split(/^---/m);
    const start = head.search(/^%/m);
    if (start >= 0) {
      const hint = 'Take the line out: this format is always YAML 1.2.';
      this.add({ start, end: start + 1 }, 'directives (%…) are not used in this format', hint);
    }
  }

  /** Refuses what would make a file mean more than it shows: anchors, aliases, tags, merge keys, endless nesting. */
  private refuseExtras(node: unknown, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.add(rangeOf(node), `the file is nested more than ${MAX_DEPTH} levels deep`);
      return;
    }
    if (isAlias(node)) {
      this.add(rangeOf(node), 'aliases (*name) are not used in this format', 'Write the value out.');
      return;
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return;
    if (node.anchor) this.add(rangeOf(node), 'anchors (&name) are not used in this format', 'Write the value out.');
    if (node.tag && node.tag !== 'tag:yaml.org,2002:map' && node.tag !== 'tag:yaml.org,2002:seq') {
      this.add(rangeOf(node), `tags (${node.tag}) are not used in this format`);
    }
    if (isScalar(node) && typeof node.value === 'string' && UNSEEN.test(node.value)) {
      this.add(rangeOf(node), 'the text holds characters that do not show or turn others around', 'Take them out.');
    }
    if (isSeq(node)) for (const item of node.items) this.refuseExtras(item, depth + 1);
    if (!isMap(node)) return;
    this.keepFirst(node);
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.value === '<<')
        this.add(rangeOf(key), 'merge keys (<<) are not used in this format', 'Write the values out.');
      if (isScalar(key) && key.value === '__proto__') {
        this.add(rangeOf(key), "the name '__proto__' cannot be used", 'Choose another name.');
      }
      this.refuseExtras(key, depth + 1);
      this.refuseExtras(value, depth + 1);
    }
  }

  /** Of a key that stands twice the first is looked at: that is the one which is found by its path. */
  private keepFirst(map: YAMLMap): void {
    const seen = new Set<unknown>();
    const kept = map.items.filter(({ key }) => {
      const name = isScalar(key) ? key.value : key;
      return !seen.has(name) && seen.add(name);
    });
    if (kept.length < map.items.length) this.wasLeftOut = true;
    map.items = kept;
  }

  /** From now on what is checked has stand-ins in it: what is only wrong with these is not told. */
  standsIn(stoodIn: StoodIn): void {
    this.stoodIn = stoodIn;
  }

  private hides(path: Path, message: string): boolean {
    const why = whyHidden(this.stoodIn, path, message);
    if (why === 'unknown') this.wasLeftOut = true;
    return why !== undefined;
  }

  /** Adds a problem at the value of a path; `part` points at one expression within it. */
  at(path: Path, message: string, hint?: string, part?: { text: string; offset: number; length: number }): void {
    if (this.hides(path, message)) return undefined;
    const range = this.rangeAt(path);
    if (!part) return this.add(range, message, hint);
    const found = this.text.indexOf(part.text, range.start);
    if (found < 0 || found >= range.end) return this.add(range, message, hint);
    const start = found + part.offset;
    this.add({ start, end: start + Math.max(1, part.length) }, message, hint);
  }

  /** Adds a problem at the key itself. */
  atKey(path: Path, key: string, message: string, hint?: string): void {
    if (this.hides([...path, key], message)) return;
    const node =
      path.length === 0 ? this.document?.contents : this.document?.getIn(writtenPath(this.stoodIn, path), true);
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    this.add(pair ? rangeOf(pair.key) : this.rangeAt(path), message, hint);
  }

  /** Adds the problem of an expression that was checked, if it has one. */
  check(path: Path, expression: string, result: ExpressionCheck): void {
    if (!result.ok)
      this.at(path, result.message, result.suggestion, {
        text: expression,
        offset: result.offset,
        length: result.length,
      });
  }

  /** The line of the value at a path, from 1; of what stands around it, where there is none. */
  lineAt(path: Path): number {
    return this.position(this.rangeAt(path).start).line;
  }

  /** How a number, or another value that is no text, is written at a path; undefined for everything else. */
  writtenAt(path: Path): string | undefined {
    const node = this.document?.getIn(writtenPath(this.stoodIn, path), true);
    return isScalar(node) && typeof node.value !== 'string' ? node.source : undefined;
  }

  private rangeAt(meant: Path): Range {
    const path = writtenPath(this.stoodIn, meant);
    for (let length = path.length; length >= 0; length -= 1) {
      const part = path.slice(0, length);
      const node = length === 0 ? this.document?.contents : this.document?.getIn(part, true);
      if (node === undefined || node === null) continue;
      const range = rangeOf(node);
      if (length === path.length || isScalar(node)) return isScalar(node) ? range : firstLine(this.text, range);
      return firstLine(this.text, range);
    }
    return { start: 0, end: 1 };
  }

  private add(range: Range, message: string, hint?: string): void {
    const start = Math.min(range.start, Math.max(0, this.text.length - 1));
    const { line, col } = this.position(start);
    const key = `${line}:${col}:${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (this.problems.length >= MAX_PROBLEMS) {
      this.dropped += 1;
      const last = this.problems[MAX_PROBLEMS - 1];
      if (last) last.hint = `And ${counted(this.dropped, 'further problem')}.`;
      return;
    }
    const until = this.position(Math.max(start + 1, Math.min(range.end, this.endOfLine(start))));
    // A place at the end of a line has its end on the next one; the frame points into one line.
    const end = until.line === line ? until : { line, col: col + 1 };
    const frame = codeFrameColumns(
      this.text.length > MAX_BYTES ? '' : this.text,
      { start: { line, column: col }, end: { line: end.line, column: end.col } },
      { linesAbove: 2, linesBelow: 1, highlightCode: false },
    );
    this.problems.push({
      file: this.file,
      line,
      column: col,
      message: visible(message),
      ...(hint === undefined ? {} : { hint: visible(hint) }),
      frame: frame.split('\n').map(visible).join('\n'),
    });
  }

  private endOfLine(start: number): number {
    const end = this.text.indexOf('\n', start);
    return end < 0 ? this.text.length : end;
  }

  private position(offset: number): { line: number; col: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), col: Math.max(1, col) };
  }
}

/** A text of the file as it may be shown: what would act on a terminal or page stands as a dot. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, (character) =>
    character === '\t' ? character : '·',
  );
}

function rangeOf(node: unknown): Range {
  const range = (node as { range?: [number, number, number] | null } | null)?.range;
  if (range) return { start: range[0], end: range[1] };
  const key = (node as { key?: unknown } | null)?.key;
  return key ? rangeOf(key) : { start: 0, end: 1 };
}

function firstLine(text: string, range: Range): Range {
  const end = text.indexOf('\n', range.start);
  return { start: range.start, end: end < 0 ? range.end : Math.min(range.end, end) };
}

/** What is wrong, and leaves the rest of the text as readable as it was. */
const isSoft = (code: string): boolean => code === 'DUPLICATE_KEY';

function yamlMessage(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/^./, (letter) => letter.toLowerCase());
}

function yamlHint(code: string, message: string): string | undefined {
  if (/nested mappings are not allowed/i.test(message))
    return 'A `: ` in a text begins another key: put the text into quotes. Else look at the indentation.';
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
  if (code === 'MULTIPLE_DOCS') return 'One file holds one runbook: no further --- in it.';
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BAD_INDENT')
    return 'Look at the indentation of this line and the one above.';
  return undefined;
}
