import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../json.js';
import { contextKey } from '../../expression/expression.js';
import type { ExpressionTypes, TypeSpec } from '../expression/expression-check.js';
import type { InputSpec } from './inputs.js';
import type { Spec } from '../yaml/issues.js';
import type { StepKind } from './kind.js';
import type { Runbook } from './runbook.js';

export type Kinds = Readonly<Record<string, StepKind>>;

const caches = { input: new WeakMap<z.ZodType, Spec>(), output: new WeakMap<z.ZodType, Spec>() };

/** The JSON Schema of a zod schema, remembered; what JSON Schema cannot say is left open. */
export function specOf(schema: z.ZodType, io: 'input' | 'output'): Spec {
  const known = caches[io].get(schema);
  if (known) return known;
  const spec = z.toJSONSchema(schema, { io, target: 'draft-7', unrepresentable: 'any' }) as unknown as Spec;
  caches[io].set(schema, spec);
  return spec;
}

/**
 * What `steps.<id>` offers when the step is of this kind.
 *
 * @param given what the step gives the kind, expressions standing in
 */
export function outputsSpec(name: string, kind: StepKind, step: string, given: JsonObject): TypeSpec {
  const spec: TypeSpec = specOf(kind.outputs, 'output');
  const properties = { ...spec.properties };
  for (const [output, named] of Object.entries(kind.members?.(given) ?? {})) {
    const map = properties[output];
    if (map && isJsonObject(named)) properties[output] = onlyMembers(map, Object.keys(named), `${output} of '${step}'`);
  }
  return {
    ...spec,
    properties,
    members: `outputs of '${step}' (${name})`,
    more: `golive explain ${name}`,
  };
}

/** A map that has these members and no others; as it was where one of them is only known at the run. */
function onlyMembers(map: TypeSpec, names: readonly string[], called: string): TypeSpec {
  if (names.some((name) => name.includes('${{'))) return map;
  const member = typeof map.additionalProperties === 'object' ? map.additionalProperties : {};
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, member])), members: called };
}

/** What `it` offers to guards of this kind, if it takes any. */
export function runningSpec(name: string, kind: StepKind): TypeSpec | undefined {
  if (!kind.running) return undefined;
  return { ...specOf(kind.running, 'output'), members: `running figures of ${name}`, more: `golive explain ${name}` };
}

function inputType(spec: InputSpec): TypeSpec {
  if (spec.type === 'boolean') return { type: 'boolean' };
  if (spec.type === 'paths') return { type: 'array', items: { type: 'string' } };
  if (spec.type === 'json') return {};
  return { type: spec.type === 'integer' || spec.type === 'number' || spec.type === 'duration' ? 'number' : 'string' };
}

/** Members of `run`, as the workflow fills them. */
const RUN: TypeSpec = {
  type: 'object',
  members: 'members of run',
  properties: {
    id: { type: 'string' },
    mode: { type: 'string' },
    started: { type: 'string' },
    stamp: { type: 'string' },
    attempt: { type: 'number' },
    timeScale: { type: 'number' },
    schedule: { type: 'string' },
  },
};

function jsonType(value: unknown): TypeSpec {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { type: typeof value };
  return {};
}

/** Types of what is known everywhere in a runbook. */
export function baseTypes(runbook: Runbook): ExpressionTypes {
  const inputs = Object.fromEntries(
    Object.entries(runbook.inputs ?? {}).map(([name, spec]) => [name, inputType(spec)]),
  );
  const variables = Object.entries(runbook.target?.variables ?? {}).map(
    ([name, value]) => [name, jsonType(value)] as const,
  );
  const target: TypeSpec = runbook.target
    ? { type: 'object', properties: Object.fromEntries(variables), members: 'variables of the target' }
    : { type: 'object', additionalProperties: true };
  return {
    inputs: { type: 'object', properties: inputs, members: 'inputs' },
    run: RUN,
    target: { type: 'object', properties: { id: { type: 'string' }, variables: target }, members: 'members of target' },
  };
}

/** The growing scope of one phase or rollback: steps become visible as they are passed. */
export class Scope {
  readonly steps: Record<string, TypeSpec> = {};
  /** Ids of steps that may be skipped. */
  readonly conditional = new Set<string>();
  readonly types: ExpressionTypes;

  /**
   * @param later why steps cannot be read yet, by id
   * @param beside why phases cannot be read that are known, by key
   */
  constructor(
    base: ExpressionTypes,
    phases: Record<string, TypeSpec>,
    later: Record<string, string>,
    beside: Record<string, string> = {},
  ) {
    const elsewhere = Object.fromEntries(Object.entries(later).map(([id, reason]) => [contextKey(id), reason]));
    this.types = {
      ...base,
      steps: { type: 'object', properties: this.steps, members: 'earlier steps of this phase', elsewhere },
      phases: { type: 'object', properties: phases, members: 'earlier phases', elsewhere: beside },
    };
  }

  add(id: string, spec: TypeSpec, conditional: boolean): void {
    this.steps[contextKey(id)] = spec;
    if (conditional) this.conditional.add(contextKey(id));
  }

  /** The types with `it`. */
  withIt(it: TypeSpec): ExpressionTypes {
    return { ...this.types, it };
  }
}
