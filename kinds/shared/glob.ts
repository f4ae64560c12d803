import { z } from 'zod';
import { pattern, patternProblem } from '../../model/text/pattern.js';

/** A pattern of paths in the input of a kind. */
export const glob = z
  .string()
  .min(1)
  .max(300)
  .refine((source) => source.includes('${{') || !source.includes('\\'), 'folders are parted by /')
  .refine((source) => source.includes('${{') || patternProblem(expressionOf(source)) === undefined, 'this is too long')
  .describe('Paths: `*` and `?` within one name, `**` over folders, `{a,b}`; a dot at the beginning is no exception.');

/**
 * Whether a path, with `/`, is one of those that a pattern names: the whole of it. It takes linear time.
 *
 * @throws PatternError for a pattern that the schema would refuse
 */
export function globMatcher(source: string): (path: string) => boolean {
  const read = pattern(expressionOf(source), { whole: true });
  return (path) => read.test(path);
}

/** The part of a pattern that names one folder, without a sign of a pattern: where its files are looked for. */
export function folderOf(source: string): string {
  const names = source.split('/').slice(0, -1);
  const first = names.findIndex((name) => isGlob(name));
  return (first < 0 ? names : names.slice(0, first)).join('/') || (source.startsWith('/') ? '/' : '.');
}

export const isGlob = (source: string): boolean => /[*?{]/.test(source);

const PARTS = /\*\*\/|\*\*$|\*+|\?|\{[^{}/]*\}|[^*?{]+|\{/g;

function expressionOf(source: string): string {
  return (source.replace(/^\.\//, '').match(PARTS) ?? []).map((part, at, all) => partOf(part, all[at - 1])).join('');
}

function partOf(part: string, before: string | undefined): string {
  const begins = before === undefined || before.endsWith('/');
  if (part === '**/') return begins ? '(?:[^/]+/)*' : '[^/]*/';
  if (part === '**') return begins ? '(?:[^/]+/)*[^/]+' : '[^/]*';
  if (part.startsWith('*')) return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 1 && part.startsWith('{') && part.endsWith('}')) {
    return `(?:${part.slice(1, -1).split(',').map(literal).join('|')})`;
  }
  return literal(part);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
