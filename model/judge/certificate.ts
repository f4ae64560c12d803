import { type CountedPhase, type Counted, NONE_COUNTED } from '../evidence/earlier.js';
import { type Json, isJsonObject } from '../json.js';
import { readAddress, readEvidenceAddress } from '../plan/address.js';
import type { CertificateGatePlan, CertificatePlan } from '../plan/certificate-plan.js';
import type { GoLiveState, PhaseState } from '../state/state.js';
import type { GateResult } from './gate.js';
import { valueText } from './value-text.js';

/** How a gate of a certificate stands: `ready` was not executed, and its dry run shows that it can be. */
export const STANDINGS = ['pass', 'ready', 'fail', 'not-run'] as const;
export type Standing = (typeof STANDINGS)[number];

/** A gate of a phase as the certificate shows it. */
export interface Reading {
  gate: string;
  title: string;
  verdict: string;
  value: string;
  needs: string;
  sentence: string;
  /** The earlier go-live that executed it; absent where this one did. */
  from?: string;
}

/** A gate of the certificate, with what it was judged by. */
export interface CertifiedGate {
  id: string;
  title: string;
  standing: Standing;
  /** Why it does not pass; absent where it does. */
  why?: string;
  /** The gates of phases that it is made of, in the runbook's order. */
  readings: Reading[];
  /** The dry runs of one that is ready. */
  dryRuns?: Reading[];
  /** What it takes until it passes, in milliseconds of real time; absent where it does. */
  toGoMs?: number;
  /** The phases that must be executed again for that; absent where it passes. */
  again?: string[];
}

export interface CertificateLevel {
  title: string;
  approvedFor: string;
  holds: boolean;
  /** Why it does not, worst first. */
  why: string[];
}

/** What a go-live certifies: never more than its decisions and gates do. */
export interface Certificate {
  /** The highest level that holds, as it is printed; `none` where none does. */
  level: string;
  levels: CertificateLevel[];
  gates: CertifiedGate[];
  counts: Record<Standing, number>;
  /** What it takes until every gate passes, each phase and each mending once, in milliseconds of real time. */
  toGoMs: number;
  /** Of the code; absent where no step read it. */
  commit?: string;
  branch?: string;
}

export const NO_LEVEL = 'none';

/** The level as pages print it, above everything else. */
export function levelWords({ level }: Pick<Certificate, 'level'>): string {
  return level === NO_LEVEL ? 'NO LEVEL' : level;
}

/**
 * Judges the certificate of a go-live. A gate passes where every gate of a phase that it is made of was executed in it,
 * or in an earlier one of the same commit and inputs that counts, is GO by itself (a waiver certifies nothing), and was
 * not taken back. The last level needs its decision to be GO and every
 * gate to pass; a lower one takes gates that are ready as well. No commit, no level.
 */
export function certificateOf(
  state: Pick<GoLiveState, 'phases' | 'decisions' | 'mode' | 'timeScale' | 'aborted'>,
  plan: CertificatePlan,
  earlier: Counted = NONE_COUNTED,
): Certificate {
  const gates = plan.gates.map((gate) => certifiedGate(gate, state.phases, earlier.phases));
  const named = textAt(state.phases, plan.commit);
  const commit = named !== undefined && COMMIT.test(named) ? named : undefined;
  const branch = textAt(state.phases, plan.branch);
  const counts = { pass: 0, ready: 0, fail: 0, 'not-run': 0 };
  for (const { standing } of gates) counts[standing] += 1;
  const general = [
    ...(state.aborted ? ['It was aborted.'] : []),
    ...(commit === undefined ? ['No step read the commit that it would be of.'] : []),
  ];
  const levels: CertificateLevel[] = [];
  plan.levels.forEach(({ title, decision, approvedFor }, index) => {
    const last = index === plan.levels.length - 1;
    const open = gates.filter(({ standing }) => standing !== 'pass' && (last || standing !== 'ready'));
    const before = levels[index - 1];
    const why = [
      ...general,
      ...open.map((gate) => `${gate.id} ${gate.title}: ${STANDING_WORDS[gate.standing]}. ${gate.why ?? ''}`.trim()),
      ...decisionWhy(state, decision),
      ...(before && !before.holds ? [`${before.title} does not hold.`] : []),
    ];
    levels.push({ title, approvedFor, holds: why.length === 0, why });
  });
  const reached = levels.findLast(({ holds }) => holds);
  return {
    level: reached === undefined ? NO_LEVEL : `${reached.title}${ofRehearsal(state)}`,
    levels,
    gates,
    counts,
    toGoMs: timeToGo(gates, state.phases, plan),
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
  };
}

export const STANDING_WORDS: Record<Standing, string> = {
  pass: 'PASS',
  ready: 'READY',
  fail: 'FAIL',
  'not-run': 'NOT RUN',
};

/**
 * Each phase is executed once, however many gates it is for, and each gate that failed is mended once. What is mended is
 * another commit, of which every phase is executed; otherwise it is those that are open, and those that read the code.
 */
function timeToGo(gates: readonly CertifiedGate[], phases: readonly PhaseState[], plan: CertificatePlan): number {
  if (gates.every(({ standing }) => standing === 'pass')) return 0;
  const failed = new Set(gates.filter(({ standing }) => standing === 'fail').map(({ id }) => id));
  const readers = [plan.commit, plan.earlier ?? plan.commit].map((address): string => readAddress(address).phase);
  const again = new Set([...gates.flatMap((gate) => gate.again ?? []), ...readers]);
  const due = phases.filter(({ id }) => failed.size > 0 || again.has(id));
  const runs = due.reduce((sum, { plannedMs }) => sum + plannedMs, 0);
  return plan.gates.filter(({ id }) => failed.has(id)).reduce((sum, { mendMs = 0 }) => sum + mendMs, runs);
}

/** What keeps a rehearsal from being taken for a certificate; empty for a live go-live. */
export function ofRehearsal({ mode, timeScale }: Pick<GoLiveState, 'mode' | 'timeScale'>): string {
  return mode === 'live' ? '' : ` (rehearsal ×${timeScale}, not a certificate)`;
}

function decisionWhy({ decisions }: Pick<GoLiveState, 'decisions'>, id: string): string[] {
  const decision = decisions.find((one) => one.id === id);
  if (!decision) return [`There is no decision '${id}'.`];
  if (decision.verdict === 'go') return [];
  return [
    `The decision “${decision.title}” is ${(decision.verdict ?? 'not taken').toUpperCase()}: ${decision.sentence}`,
  ];
}

/** A whole hash of git. What a step says of a folder without one is no commit. */
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

interface Found {
  address: string;
  phase: PhaseState | undefined;
  gate: GateResult | undefined;
  /** The earlier go-live that it is of. */
  from?: string;
}

function find(phases: readonly PhaseState[], address: string, earlier: readonly CountedPhase[] = []): Found {
  const { phase: phaseId, part } = readAddress(address);
  const phase = phases.find(({ id }) => id === phaseId);
  // What was executed here has its own word, and what people declared not required has none.
  const counted = phase?.status === 'skipped' && !phase.omitted ? earlier.find(({ id }) => id === phaseId) : undefined;
  if (counted) return { address, phase, gate: counted.gates.find(({ id }) => id === part), from: counted.goLive };
  return { address, phase, gate: phase?.gates.find(({ id }) => id === part) };
}

const holds = ({ phase, gate }: Found): boolean => gate?.verdict === 'go' && phase?.takenBackBy === undefined;

const readingOf = ({ address, phase, gate, from }: Found): Reading => ({
  gate: address,
  title: gate?.title ?? address,
  verdict: phase?.takenBackBy === undefined ? (gate?.verdict ?? 'not judged') : `taken back by ${phase.takenBackBy}`,
  value: gate ? valueText(gate.value, gate.unit) : '',
  needs: gate?.threshold ?? '',
  sentence: gate?.sentence ?? phase?.sentence ?? '',
  ...(from === undefined ? {} : { from }),
});

function certifiedGate(
  { id, title, by, ready, mendMs }: CertificateGatePlan,
  phases: readonly PhaseState[],
  earlier: readonly CountedPhase[],
): CertifiedGate {
  const found = by.map((address) => find(phases, address, earlier));
  const readings = found.map(readingOf);
  if (found.every(holds)) return { id, title, standing: 'pass', readings };
  const open = found.filter((one) => !holds(one));
  const bad = open.filter(({ gate }) => gate?.verdict === 'no-go' || gate?.verdict === 'waived');
  const why = [...new Set((bad.length > 0 ? bad : open).map(whyOpen))].join(' ');
  const standing = bad.length > 0 ? 'fail' : open.every(notBegun) && isReady(ready, phases) ? 'ready' : 'not-run';
  const again = [...new Set(open.flatMap(({ phase }) => (phase ? [phase] : [])))];
  const toGoMs = (standing === 'fail' ? (mendMs ?? 0) : 0) + again.reduce((sum, { plannedMs }) => sum + plannedMs, 0);
  const dryRuns = standing === 'ready' ? ready.map((address) => readingOf(find(phases, address))) : undefined;
  const shown = { why, readings, ...(dryRuns ? { dryRuns } : {}) };
  return { id, title, standing, ...shown, toGoMs, again: again.map((phase) => phase.id) };
}

function whyOpen({ address, phase, gate }: Found): string {
  if (phase?.takenBackBy !== undefined) return `${address} was taken back by ${phase.takenBackBy}.`;
  if (gate?.verdict === 'waived') return `${gate.title} was let pass by a waiver, which certifies nothing.`;
  if (gate) return `${gate.sentence}${gate.verdict === 'inconclusive' ? failuresNamed(gate.sentence, phase) : ''}`;
  // The same for every gate of a phase: it is said once.
  const { title = address, sentence } = phase ?? {};
  return `${title} was not judged${sentence === undefined ? '.' : `: ${sentence}`}`;
}

/** What the steps failed of that a sentence names: why a value is not there. */
function failuresNamed(sentence: string, phase: PhaseState | undefined): string {
  const named = (phase?.steps ?? []).filter(
    ({ id, failure }) => failure !== undefined && sentence.includes(`steps.${id.replaceAll('-', '_')}.`),
  );
  return named.map(({ title, failure }) => ` ${title}: ${failure?.message ?? ''}`).join('');
}

/** What was begun and gave no value is no longer ready: it was tried. */
function notBegun({ phase }: Found): boolean {
  return phase?.status === 'pending' || phase?.status === 'skipped';
}

/** Without a dry run nothing is ready, whoever says so. */
function isReady(ready: readonly string[], phases: readonly PhaseState[]): boolean {
  return ready.length > 0 && ready.every((address) => holds(find(phases, address)));
}

function textAt(phases: readonly PhaseState[], from: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  const { phase: phaseId, step: stepId, name } = readEvidenceAddress(from);
  const phase = phases.find(({ id }) => id === phaseId);
  const step = phase?.steps.find(({ id }) => id === stepId);
  if (step?.status !== 'done' || phase?.takenBackBy !== undefined) return undefined;
  let value: Json | undefined = step.outputs;
  for (const part of name.split('.')) {
    value = value !== undefined && isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}
