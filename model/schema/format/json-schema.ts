import { z } from 'zod';
import type { StepKind } from './kind.js';
import { runbookSchema } from './runbook.js';
import type { Kinds } from './scope.js';

type Schema = Record<string, unknown>;

const EXPRESSION = { type: 'string', pattern: '\\$\\{\\{' };
const SCALARS = ['number', 'integer', 'boolean', 'array', 'object'];

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Lets `${{ … }}` stand for every value of a kind's input, as it does in a runbook. */
function openToExpressions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(openToExpressions);
  if (!isSchema(schema)) return schema;
  const inner: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isSchema(value)) {
      inner[key] = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, openToExpressions(part)]));
    } else
      inner[key] = ['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'].includes(key)
        ? openToExpressions(value)
        : value;
  }
  const { description, default: fallback, ...rest } = inner;
  const narrow =
    inner.enum !== undefined || inner.const !== undefined || inner.pattern !== undefined || inner.format !== undefined;
  if (!narrow && !SCALARS.includes(String(inner.type))) return inner;
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
  return { ...about, anyOf: [rest, EXPRESSION] };
}

/** References to definitions of one kind, under names of its own. */
function renamed(value: unknown, kind: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, kind));
  if (!isSchema(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const text =
      key === '$ref' && typeof item === 'string' ? item.replace('#/definitions/', `#/definitions/${kind}:`) : undefined;
    return [key, text ?? renamed(item, kind)] as const;
  });
  return Object.fromEntries(entries);
}

/** Definitions that `with` of a kind needs: its own under its name, and those it refers to. */
function definitionsOf(name: string, kind: StepKind): Schema {
  const schema = z.toJSONSchema(kind.input, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as Schema;
  const { $schema: _, definitions = {}, ...rest } = renamed(schema, name) as Schema;
  const opened = openToExpressions(rest) as { anyOf?: unknown[] };
  // The map itself is written out, never one expression.
  const own = Array.isArray(opened.anyOf) ? opened.anyOf[0] : opened;
  const others = Object.entries(isSchema(definitions) ? definitions : {}).map(
    ([key, value]) => [`${name}:${key}`, value] as const,
  );
  return { [name]: own, ...Object.fromEntries(others) };
}

/** Every object below a schema that has a property `uses`: steps and undo calls. */
function eachCall(schema: unknown, visit: (call: Schema) => void): void {
  if (Array.isArray(schema)) for (const item of schema) eachCall(item, visit);
  else if (isSchema(schema)) {
    for (const value of Object.values(schema)) eachCall(value, visit);
    if (isSchema(schema.properties) && isSchema(schema.properties.uses)) visit(schema);
  }
}

/** The JSON Schema of a runbook (draft 7), by which editors complete keys, kinds and their inputs. */
export function runbookJsonSchema(kinds: Kinds): Schema {
  const schema = z.toJSONSchema(runbookSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as Schema;
  const names = Object.keys(kinds).toSorted();
  const choices = names.map((name) => ({
    if: { properties: { uses: { const: name } }, required: ['uses'] },
    then: { properties: { with: { $ref: `#/definitions/${name}` } } },
  }));
  eachCall(schema, (call) => {
    if (isSchema(call.properties)) call.properties.uses = { $ref: '#/definitions/uses' };
    call.allOf = [{ $ref: '#/definitions/calls' }];
  });
  const definitions: Schema = { ...(isSchema(schema.definitions) ? schema.definitions : {}) };
  definitions.uses = {
    description: 'The kind of the step.',
    enum: names,
    // Editors show these beside the names; the key is theirs, not of JSON Schema.
    enumDescriptions: names.map((name) => kinds[name]?.about ?? ''),
  };
  definitions.calls = { allOf: choices };
  for (const name of names) if (kinds[name]) Object.assign(definitions, definitionsOf(name, kinds[name]));
  return { ...schema, title: 'golive runbook', definitions };
}

/** The schema as the file that is kept beside the runbooks. */
export function runbookJsonSchemaText(kinds: Kinds): string {
  return `${JSON.stringify(runbookJsonSchema(kinds), null, 2)}\n`;
}
