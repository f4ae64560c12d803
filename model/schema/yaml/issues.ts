import type { z } from 'zod';
import type { TypeSpec } from '../expression/expression-check.js';
import type { Path, Source } from './source.js';
import { didYouMean, nearest } from '../suggest.js';

type Issue = z.core.$ZodIssue;

/** A JSON Schema as far as it is read here. */
export interface Spec extends TypeSpec {
  properties?: Record<string, Spec>;
  items?: Spec;
  prefixItems?: readonly Spec[];
  additionalProperties?: boolean | Spec;
  anyOf?: readonly Spec[];
  oneOf?: readonly Spec[];
  allOf?: readonly Spec[];
  enum?: readonly unknown[];
  const?: unknown;
  required?: readonly string[];
  description?: string;
  default?: unknown;
}

function opened(spec: Spec): Spec[] {
  const options = [...(spec.anyOf ?? []), ...(spec.oneOf ?? []), ...(spec.allOf ?? [])];
  return options.length === 0 ? [spec] : [spec, ...options.flatMap(opened)];
}

/** Every schema that may hold at a path, unions opened. */
export function specsAt(spec: Spec, path: Path): Spec[] {
  let here = opened(spec);
  for (const key of path) {
    here = here.flatMap((one) => {
      if (typeof key === 'number') {
        const item = Array.isArray(one.items) ? (one.items as readonly Spec[])[key] : one.items;
        return item ? opened(item) : [];
      }
      const property =
        one.properties && Object.hasOwn(one.properties, key) ? one.properties[key] : one.additionalProperties;
      return typeof property === 'object' ? opened(property) : [];
    });
  }
  return here;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at === null || typeof at !== 'object' ? undefined : (at as Record<string | number, unknown>)[key]),
    value,
  );
}

function strings(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((key) => (typeof key === 'symbol' ? String(key) : key));
}

/** How far an option of a union is from what was written: fewer and deeper problems are nearer. */
function remoteness(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 3 * issue.keys.length;
    if (issue.code === 'invalid_type' && issue.path.length === 0) return sum + 50;
    return sum + (issue.path.length <= 1 ? 2 : 1);
  }, 0);
}

function best(options: readonly (readonly Issue[])[]): readonly Issue[] {
  return options.reduce((near, option) => (remoteness(option) < remoteness(near) ? option : near), options[0] ?? []);
}

/** The issues that are told: of a union those of the option that is nearest to what was written, with whole paths. */
export function leafIssues(issues: readonly Issue[], base: Path = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...base, ...strings(issue.path)];
    const options = issue.code === 'invalid_union' ? best(issue.errors) : [];
    return options.length > 0 ? leafIssues(options, path) : [{ ...issue, path }];
  });
}

/** Leaves out what an expression stands in for; a union is settled when one of its options is. */
export function withoutHoles(issues: readonly Issue[], isHole: (path: Path) => boolean, base: Path = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...base, ...strings(issue.path)];
    if (isHole(path)) return [];
    if (issue.code !== 'invalid_union') return [issue];
    const options = issue.errors.map((option) => withoutHoles(option, isHole, path));
    return options.some((option, index) => option.length === 0 && (issue.errors[index]?.length ?? 0) > 0)
      ? []
      : [{ ...issue, errors: options } as Issue];
  });
}

const TYPE_WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  tuple: 'a list',
};

function typeWord(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  return TYPE_WORDS[typeof value] ?? typeof value;
}

/** The values that stand written in schemas: of an enumeration, or the only one. */
export function valuesOf(specs: readonly Spec[]): unknown[] {
  return specs.flatMap((spec) => [...(spec.enum ?? []), ...(spec.const === undefined ? [] : [spec.const])]);
}

/** How a place is called: `on[1]`, not the bare number that stands last in its path. */
function called(path: Path): string {
  const key = path.findLastIndex((part) => typeof part === 'string');
  const indexes = path.slice(key + 1).map((index) => `[${index}]`);
  return `${key < 0 ? '' : String(path[key])}${indexes.join('')}` || 'file';
}

/** How a value of a type is written, where its schema says nothing of its own. */
const WAYS: Record<string, string> = {
  string: 'Write a text; in quotes, where it looks like a number.',
  number: 'Write it without quotes, e.g. 5 or 0.7.',
  int: 'Write a whole number without quotes, e.g. 5.',
  boolean: 'Write true or false, without quotes.',
  array: 'Write it as a list: [a, b].',
  object: 'Write it as a map: { key: value }.',
  record: 'Write it as a map: { key: value }.',
  tuple: 'Write it as a list: [a, b].',
};

/** Formats of texts whose own message is only that they are none. */
const FORMATS: Record<string, string> = {
  datetime: 'a date and time with a zone, e.g. 2026-12-24T18:00:00+01:00',
  date: 'a date, e.g. 2026-12-24',
  time: 'a time of day, e.g. 18:00:00',
  duration: 'a duration, e.g. 1h30m',
  url: 'an address, e.g. https://shop.example/health',
  email: 'an address of mail, e.g. ada@example.org',
};

/** What to write in the place of a value. */
function wayOut(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return WAYS[issue.expected];
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const [most, bound] = issue.code === 'too_big' ? ['most', issue.maximum] : ['least', issue.minimum];
    if (issue.origin === 'string') return `Write at ${most} ${bound} characters.`;
    return issue.origin === 'array' ? `Give at ${most} ${bound} of them.` : `Give ${bound} at ${most}.`;
  }
  const format = issue.code === 'invalid_format' ? FORMATS[issue.format] : undefined;
  return format === undefined ? undefined : `Write ${format}.`;
}

function describe(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}, but is ${typeWord(value)}`;
    case 'too_small':
      return `is too ${issue.origin === 'string' || issue.origin === 'array' ? 'short' : 'small'}: at least ${issue.minimum}${issue.inclusive === false ? ' (exclusive)' : ''}`;
    case 'too_big':
      return `is too ${issue.origin === 'string' || issue.origin === 'array' ? 'long' : 'big'}: at most ${issue.maximum}${issue.inclusive === false ? ' (exclusive)' : ''}`;
    case 'invalid_format':
      if (FORMATS[issue.format] !== undefined)
        return `cannot be ${JSON.stringify(value)?.slice(0, 60)}: it is not ${FORMATS[issue.format]}`;
      return `cannot be ${JSON.stringify(value)?.slice(0, 60)}: ${issue.message}`;
    case 'custom':
      return `cannot be ${JSON.stringify(value)?.slice(0, 60)}: ${issue.message}`;
    default:
      return issue.message.replace(/^Invalid input: /, '').replace(/^Invalid /, 'invalid ');
  }
}

/**
 * Turns what zod found into problems with places and hints.
 *
 * @param base path of the parsed value within the file
 * @param raw the value that was parsed
 * @param spec its JSON Schema, for the names of keys and values
 */
export function reportIssues(source: Source, base: Path, issues: readonly Issue[], raw: unknown, spec: Spec): void {
  for (const issue of issues) report(source, base, [], issue, raw, spec);
}

function report(source: Source, base: Path, within: Path, issue: Issue, raw: unknown, spec: Spec): void {
  const local = [...within, ...strings(issue.path)];
  const path = [...base, ...local];
  const value = valueAt(raw, local);
  const specs = specsAt(spec, local);
  if (issue.code === 'unrecognized_keys') {
    const known = [...new Set(specs.flatMap((one) => Object.keys(one.properties ?? {})))];
    for (const key of issue.keys) source.atKey(path, key, `unknown key '${key}'`, didYouMean(key, known, 'keys'));
    return;
  }
  if (issue.code === 'invalid_union' && value !== undefined) {
    const options = best(issue.errors);
    if (
      options.length > 0 &&
      !(options.length === 1 && options[0]?.code === 'invalid_value' && options[0].path.length === 0)
    ) {
      for (const option of options) report(source, base, local, option, raw, spec);
      return;
    }
  }
  const last = path.at(-1);
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0]?.message ?? 'not a valid name';
    return source.atKey(path.slice(0, -1), String(last), `the name '${String(last)}' cannot be used`, why);
  }
  if (value === undefined) {
    const about = specs.find((one) => one.description !== undefined)?.description;
    return source.at(
      path.slice(0, -1),
      `'${called(path)}' is missing`,
      about ?? `Add '${called(path)}'${path.at(-2) === 'with' ? ' to `with`' : ''}.`,
    );
  }
  const values = [...new Set(valuesOf(specs).map(String))];
  if ((issue.code === 'invalid_value' || issue.code === 'invalid_union') && values.length > 0) {
    const near = typeof value === 'string' ? nearest(value, values) : undefined;
    const hint = near ? `Did you mean '${near}'?` : `It is one of: ${values.join(', ')}.`;
    return source.at(path, `'${called(path)}' cannot be ${JSON.stringify(value)?.slice(0, 60)}`, hint);
  }
  const about = specs.find((one) => one.description !== undefined)?.description;
  source.at(path, `'${called(path)}' ${describe(issue, value)}`, about ?? wayOut(issue), partOf(issue, value));
}

/** The part of a text that an issue of our own points at. */
function partOf(issue: Issue, value: unknown): { text: string; offset: number; length: number } | undefined {
  if (issue.code !== 'custom' || typeof value !== 'string') return undefined;
  const { offset, length } = issue.params ?? {};
  return typeof offset === 'number' && typeof length === 'number' ? { text: value, offset, length } : undefined;
}
