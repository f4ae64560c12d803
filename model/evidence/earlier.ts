import type { GateResult } from '../judge/gate.js';
import { jsonObjectIn } from '../json.js';
import { VERDICTS } from '../verdict.js';
import { FIRST_FILES } from './first.js';

/** What a go-live keeps of an earlier one whose phases it counts: what shows which one it was, and how it was judged. */
export const EARLIER_FILES = [...FIRST_FILES, 'data/events.jsonl'] as const;
export type EarlierFile = (typeof EARLIER_FILES)[number];

/** Name of such a file in the evidence of the step that looked at it. */
export function earlierName(index: number, path: EarlierFile): string {
  return `${index + 1}-${path.replace('data/', '')}`;
}

/** Where that step says what counts; it is made from the other files alone. */
export const COUNTED = 'counted.json' as const;
/** The step's copy of the plan that it is a step of, and what else it went by. */
export const OWN_PLAN = 'own-plan.json' as const;
export const LOOKED = 'looked.json' as const;

/** One earlier go-live that was named. */
export interface EarlierBundle {
  change: string;
  /** Absent where there is no closed bundle of it. */
  goLive?: string;
  /** SHA-256 of its tag manifest, which covers every file. */
  digest?: string;
  endedAt?: string;
  /** Those that count. */
  phases: string[];
  /** Why it does not count, or a phase of it; a sentence each. */
  why: string[];
}

/** A phase that was executed by an earlier go-live, judged again from its log. */
export interface CountedPhase {
  id: string;
  goLive: string;
  digest: string;
  endedAt: string;
  gates: GateResult[];
}

export interface Counted {
  bundles: EarlierBundle[];
  phases: CountedPhase[];
}

export const NONE_COUNTED: Counted = { bundles: [], phases: [] };

/** Reads `counted.json`; undefined where it is not as the step writes it. */
export function countedIn(text: string): Counted | undefined {
  const { bundles, phases }: { bundles?: unknown; phases?: unknown } = jsonObjectIn(text) ?? {};
  if (!Array.isArray(bundles) || !bundles.every(isBundle)) return undefined;
  return Array.isArray(phases) && phases.every(isPhase) ? { bundles, phases } : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isObject = (value: unknown): value is { [name: string]: unknown } => typeof value === 'object' && value !== null;

function isBundle(value: unknown): value is EarlierBundle {
  if (!isObject(value)) return false;
  const { change, goLive = '', digest = '', endedAt = '', phases, why } = value;
  return isText(change) && isTexts(phases) && isTexts(why) && isTexts([goLive, digest, endedAt]);
}

function isPhase(value: unknown): value is CountedPhase {
  if (!isObject(value)) return false;
  const { id, goLive, digest, endedAt, gates } = value;
  return isTexts([id, goLive, digest, endedAt]) && Array.isArray(gates) && gates.every(isGate);
}

function isGate(value: unknown): value is GateResult {
  if (!isObject(value)) return false;
  const { id, title, sentence, verdict } = value;
  return isTexts([id, title, sentence]) && VERDICTS.some((one) => one === verdict);
}
