import { specsAt } from '../../model/schema/yaml/issues.js';
import type { Spec } from '../../model/schema/yaml/issues.js';
import { specOf } from '../../model/schema/format/scope.js';
import type { Kinds } from '../../model/schema/format/scope.js';
import { stepKinds } from '../../kinds/catalog.js';
import { didYouMean } from '../../model/schema/suggest.js';
import { CliError } from '../errors.js';

interface Explained {
  text: string;
  json: unknown;
}

interface Row {
  name: string;
  type: string;
  note: string;
}

function typeOf(spec: Spec): string {
  const parts = specsAt(spec, []).filter((one) => !one.anyOf && !one.oneOf);
  const words = parts.map((one) => {
    if (one.enum) return one.enum.map(String).join(' | ');
    if (one.const !== undefined) return JSON.stringify(one.const);
    if (one.type === 'array') return `list of ${typeOf(one.items ?? {})}`;
    if (one.type === 'object' && !one.properties && typeof one.additionalProperties === 'object')
      return `map of ${typeOf(one.additionalProperties)}`;
    return one.type === undefined ? 'any' : String(one.type);
  });
  return [...new Set(words)].join(' | ') || 'any';
}

/** Members of an object, nested ones as `expect.status`; the expectation of a list's items is not opened. */
function rows(spec: Spec, given: 'input' | 'output', prefix = ''): Row[] {
  return Object.entries(spec.properties ?? {}).flatMap(([name, member]) => {
    const required = spec.required?.includes(name) && member.default === undefined;
    const fallback =
      member.default === undefined || isEmpty(member.default) ? '' : `default ${JSON.stringify(member.default)}`;
    const presence = given === 'input' ? (required ? 'required' : fallback) : required ? '' : 'may be absent';
    const note = [presence, member.description ?? ''].filter(Boolean).join('. ');
    const own = { name: `${prefix}${name}`, type: typeOf(member), note };
    return member.properties ? [own, ...rows(member, given, `${prefix}${name}.`)] : [own];
  });
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function table(list: readonly Row[]): string[] {
  const nameWidth = Math.max(0, ...list.map(({ name }) => name.length));
  const typeWidth = Math.min(28, Math.max(0, ...list.map(({ type }) => type.length)));
  return list.map(({ name, type, note }) =>
    `  ${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${note}`.trimEnd(),
  );
}

const EFFECTS = {
  none: 'none: it only looks',
  idempotent: 'idempotent: doing it twice leaves the same state',
  once: 'once: it is never repeated blindly',
  stated: 'stated: each step says its own by `effect`',
} as const;

/** One kind from its schema. @throws CliError (exit 2) with the nearest known kind */
export function explainKind(name: string, kinds: Kinds = stepKinds): Explained {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!kind) {
    throw new CliError(`There is no step kind '${name}'.`, {
      exitCode: 2,
      hint: `${didYouMean(name, Object.keys(kinds), 'kinds')} \`golive explain list\` shows all.`,
    });
  }
  const input = specOf(kind.input, 'input');
  const outputs = specOf(kind.outputs, 'output');
  const lines = [
    `${name}  ${kind.title}`,
    kind.about,
    '',
    `effect  ${EFFECTS[kind.effect]}`,
    `undo    ${kind.undo ?? 'none'}`,
  ];
  lines.push(
    '',
    'with',
    ...table(rows(input, 'input')),
    '',
    'outputs (steps.<id>.…)',
    ...table(rows(outputs, 'output')),
  );
  if (kind.running)
    lines.push('', 'while it runs, for guards (it.…)', ...table(rows(specOf(kind.running, 'output'), 'output')));
  if (kind.leaves?.length) lines.push('', `evidence  ${kind.leaves.join(', ')}`);
  lines.push(
    '',
    'example',
    ...kind.example
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  );
  const { title, about, effect, undo, example, leaves = [] } = kind;
  return { text: `${lines.join('\n')}\n`, json: { name, title, about, effect, undo, input, outputs, leaves, example } };
}

/** All kinds, one line each. */
export function listKinds(kinds: Kinds = stepKinds): Explained {
  const names = Object.keys(kinds).toSorted();
  const list = names.flatMap((name) =>
    kinds[name] ? [{ name, effect: kinds[name].effect, undo: kinds[name].undo, about: kinds[name].about }] : [],
  );
  const width = Math.max(...names.map((name) => name.length));
  const lines = list.map(
    ({ name, effect, undo, about }) =>
      `${name.padEnd(width)}  ${effect.padEnd(10)}  ${undo === null ? ' ' : '↶'}  ${about}`,
  );
  return { text: `${lines.join('\n')}\n`, json: list };
}
