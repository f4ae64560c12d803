import { evaluate, ExpressionError } from '../../expression/expression.js';
import type { SigningPlan } from '../../signing/signing.js';
import type { ExpressionContext } from '../../expression/expression.js';
import type { Json, JsonObject } from '../../json.js';
import type { Mode } from '../../plan/plan.js';
import { parseInput } from '../format/inputs.js';
import type { Runbook } from '../format/runbook.js';
import type { Kinds } from '../format/scope.js';
import { didYouMean } from '../suggest.js';

export interface PlanRequest {
  /** Checked by `loadRunbook`. */
  runbook: Runbook;
  /** Path of the runbook's file, as people know it. */
  file: string;
  /** SHA-256 of the file's bytes, hex. */
  sha256: string;
  /** By name; texts from the command line or typed values. */
  inputs: JsonObject;
  target: { id: string; variables?: JsonObject };
  change: string;
  mode: Mode;
  /** ≥ 1; 1 in live mode. */
  timeScale: number;
  /** Folder that relative paths of steps are resolved against (absolute). */
  baseDir: string;
  /** Folder of all bundles (absolute); the bundle is `<evidenceDir>/<target>/<change>`. */
  evidenceDir: string;
  people?: Record<string, string[]>;
  /** Hosts of golive.yaml. */
  allow?: string[];
  /** Folders of golive.yaml (absolute). */
  folders?: string[];
  /** Who proves who they are. */
  signing?: SigningPlan;
  /** Leave missing inputs out instead of refusing: to show a plan, never to start one. */
  preview?: boolean;
  kinds: Kinds;
}

/** Why a plan cannot be made; `input` names the input that it is about. */
export interface PlanProblem {
  message: string;
  hint?: string;
  input?: string;
}

/** Reads all inputs: unknown ones, missing ones and those outside their limits are all named at once. */
export function resolveInputs(request: PlanRequest, problems: PlanProblem[]): JsonObject {
  const declared = request.runbook.inputs ?? {};
  const known = Object.keys(declared);
  for (const name of Object.keys(request.inputs)) {
    if (!Object.hasOwn(declared, name)) {
      problems.push({ message: `There is no input '${name}'.`, hint: didYouMean(name, known, 'inputs'), input: name });
    }
  }
  const resolved: JsonObject = {};
  for (const [name, spec] of Object.entries(declared)) {
    const raw: Json | undefined = Object.hasOwn(request.inputs, name) ? request.inputs[name] : spec.default;
    if (raw === undefined && request.preview) continue;
    if (raw === undefined) {
      const about = spec.about ? ` It is: ${spec.about}` : '';
      problems.push({ message: `Input '${name}' is missing.`, hint: `Give --input ${name}=…${about}`, input: name });
      continue;
    }
    const result = parseInput(spec, raw, request.mode === 'live');
    if (result.ok) resolved[name] = result.value;
    else
      problems.push({
        message: `Input '${name}' ${result.message}.`,
        ...(spec.about ? { hint: spec.about } : {}),
        input: name,
      });
  }
  return resolved;
}

/** The inputs that are durations, as the plan names them; nothing where none is. */
export function durationsOf({ inputs = {} }: Pick<Runbook, 'inputs'>): { durations?: string[] } {
  const durations = Object.entries(inputs).flatMap(([name, { type }]) => (type === 'duration' ? [name] : []));
  return durations.length > 0 ? { durations } : {};
}

/** A guardrail that does not hold, or cannot be computed, refuses a live start. */
export function checkGuardrails(request: PlanRequest, context: ExpressionContext, problems: PlanProblem[]): void {
  if (request.mode !== 'live') return;
  for (const rail of request.runbook.guardrails ?? []) {
    const hint = `Guardrail '${rail.id}' of live mode: ${rail.live}`;
    try {
      if (evaluate(rail.live, context) !== true) problems.push({ message: rail.title, hint });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      if (request.preview && error.missing) continue;
      problems.push({ message: rail.title, hint: `${hint} (${error.message})` });
    }
  }
}
