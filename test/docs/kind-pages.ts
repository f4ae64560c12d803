import type { Spec } from '../../model/schema/yaml/issues.js';
import { DURATION_PATTERN } from '../../model/duration.js';
import { specsAt } from '../../model/schema/yaml/issues.js';
import type { StepKind } from '../../model/schema/format/kind.js';
import { specOf } from '../../model/schema/format/scope.js';
import { stepKinds } from '../../kinds/catalog.js';

/** A schema with the limits that JSON Schema can say. */
interface Limited extends Spec {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Patterned extends Spec {
  pattern?: string;
}

const NO_INTEGER = 2 ** 53 - 1;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function range(low: number | undefined, high: number | undefined, unit = ''): string {
  const least = low === undefined || low <= -NO_INTEGER || (unit !== '' && low === 0) ? undefined : low;
  const most = high === undefined || high >= NO_INTEGER ? undefined : high;
  if (least !== undefined && most !== undefined) return ` ${least}–${most}${unit}`;
  if (most !== undefined) return ` ≤ ${most}${unit}`;
  return least !== undefined && (unit === '' || least > 1) ? ` ≥ ${least}${unit}` : '';
}

/** One kind of value in words, with its limits. */
function typeOf(spec: Spec): string {
  const words = specsAt(spec, [])
    .filter((one) => !one.anyOf && !one.oneOf && !one.allOf)
    .map((one: Limited) => {
      if (one.enum) return one.enum.map((value) => code(String(value))).join(', ');
      if (one.const !== undefined) return code(JSON.stringify(one.const));
      if (one.type === 'array')
        return `list of ${typeOf(one.items ?? {})}${range(one.minItems, one.maxItems, ' items')}`;
      if (one.type === 'object' && one.properties) return `{${Object.keys(one.properties).join(', ')}}`;
      if (one.type === 'object')
        return typeof one.additionalProperties === 'object' ? `map of ${typeOf(one.additionalProperties)}` : 'map';
      if (one.type === 'string') return `text${range(undefined, one.maxLength, ' characters')}`;
      if (one.type === undefined) return 'any';
      return `${String(one.type)}${range(one.minimum, one.maximum)}`;
    });
  return [...new Set(words)].join(' or ') || 'any';
}

interface Row {
  name: string;
  spec: Spec;
  required: boolean;
}

/** Members at any depth: `expect.status`, `commands[].name`, `values.*.path`. */
function rows(spec: Spec, prefix = ''): Row[] {
  return Object.entries(spec.properties ?? {}).flatMap(([key, member]) => {
    const name = `${prefix}${key}`;
    const required = (spec.required?.includes(key) ?? false) && member.default === undefined;
    const below = specsAt(member, []).flatMap((one) => {
      if (one.properties && 'env' in one.properties && Object.keys(one.properties).length === 1) return [];
      if (one.properties && 'file' in one.properties && name !== 'outputs') return [];
      if (one.properties) return rows(one, `${name}.`);
      if (one.type === 'array') return rows(one.items ?? {}, `${name}[].`);
      return typeof one.additionalProperties === 'object' ? rows(one.additionalProperties, `${name}.*.`) : [];
    });
    return [{ name, spec: member, required }, ...below];
  });
}

const isDuration = (spec: Spec): boolean =>
  specsAt(spec, []).some(({ pattern }: Patterned) => pattern === DURATION_PATTERN.source);

/** Members that are there when they were left out, and of whose default the page says nothing. */
export function untoldDefaults(kind: StepKind): string[] {
  const given = new Map(rows(specOf(kind.input, 'input')).map((row) => [row.name, row]));
  return rows(specOf(kind.input, 'output'))
    .filter(({ required, spec }) => required || spec.default !== undefined)
    .map(({ name }) => name)
    .filter((name) => given.get(name)?.required === false && given.get(name)?.spec.default === undefined);
}

function fallback(spec: Spec): string {
  if (spec.default === undefined) return isDuration(spec) ? 'none' : '';
  return code(JSON.stringify(spec.default));
}

function inputTable(kind: StepKind): string[] {
  const list = rows(specOf(kind.input, 'input'));
  return [
    '| `with` | type | default | meaning |',
    '|---|---|---|---|',
    ...list.map(
      ({ name, spec, required }) =>
        `| ${code(name)} | ${typeOf(spec)} | ${required ? '**required**' : fallback(spec)} | ${cell(spec.description ?? '')} |`,
    ),
  ];
}

function outputTable(title: string, spec: Spec): string[] {
  const list = rows(spec);
  return [
    `| ${title} | type | meaning |`,
    '|---|---|---|',
    ...list.map(({ name, spec: member, required }) => {
      const note = [required ? '' : 'may be absent', member.description ?? ''].filter(Boolean).join('. ');
      return `| ${code(name)} | ${typeOf(member)} | ${cell(note)} |`;
    }),
  ];
}

const anchor = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** Links to all kinds, a line for each first word: `file.copy`, `file.drop`. */
export function kindLinks(): string {
  const families = new Map<string, string[]>();
  for (const name of Object.keys(stepKinds)) {
    const [family = name] = name.split('.');
    families.set(family, [...(families.get(family) ?? []), `[\`${name}\`](#${anchor(name)})`]);
  }
  return [...families.values()].map((links) => `- ${links.join(' · ')}`).join('\n');
}

/** The overview of all kinds: one line each. */
export function kindTable(): string {
  const lines = Object.entries(stepKinds as Record<string, StepKind>).map(
    ([name, { about, effect, undo }]) =>
      `| [\`${name}\`](step-kinds.md#${anchor(name)}) | ${cell(about)} | ${effect} | ${cell(undo ?? 'none')} |`,
  );
  return ['| kind | does | effect | its own undo |', '|---|---|---|---|', ...lines].join('\n');
}

/** What a kind does with what is not the plain case. */
function caseList(meets: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(meets).map(([what, does]) => `- **${cell(what)}**: ${cell(does)}.`);
  return lines.length > 0 ? ['', 'What it does with', '', ...lines] : [];
}

/** Every kind with inputs, outputs, running figures, evidence and an example. */
export function kindSections(): string {
  return Object.entries(stepKinds as Record<string, StepKind>)
    .map(([name, kind]) => {
      const { title, about, effect, undo, leaves = [], running, example, meets = {} } = kind;
      return [
        `## ${name}`,
        '',
        `**${title}.** ${about}`,
        '',
        `- effect: \`${effect}\``,
        `- its own undo: ${undo ?? 'none'}`,
        `- evidence: ${leaves.length > 0 ? leaves.map((leaf) => `\`${leaf}\``).join(', ') : 'none'}`,
        '',
        ...inputTable(kind),
        '',
        ...outputTable('output', specOf(kind.outputs, 'output')),
        ...(running ? ['', ...outputTable('while it runs (`it` of guards)', specOf(running, 'output'))] : []),
        ...caseList(meets),
        '',
        '```yaml',
        example.trimEnd(),
        '```',
        '',
      ].join('\n');
    })
    .join('\n');
}
