import { formatClock } from '../../model/duration.js';
import { entryFor } from '../../model/playbook/pointer.js';
import type { GoLiveState, StepStatus } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Vote } from '../../model/people/approval.js';
import { valueText } from '../../model/judge/value-text.js';
import type { Verdict } from '../../model/verdict.js';

export const VERDICT_WORDS: Record<Verdict | 'pending', string> = {
  go: 'GO',
  waived: 'WAIVED',
  inconclusive: 'INCONCLUSIVE',
  'no-go': 'NO-GO',
  pending: 'NOT DECIDED',
};

export const STEP_WORDS: Record<StepStatus, string> = {
  pending: 'not run',
  running: 'running',
  done: 'done',
  failed: 'FAILED',
  skipped: 'skipped',
  undone: 'undone',
  'undo-failed': 'UNDO FAILED',
  cancelled: 'stopped',
};

/** `2026-11-21 09:04:21 UTC` of an ISO 8601 time. */
export function timeText(iso: string | undefined): string {
  if (iso === undefined) return '–';
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `T+0:04:21`: a time counted from the start. */
export function sinceStart(state: Pick<GoLiveState, 'startedAt'>, iso: string | undefined): string {
  return iso === undefined ? '–' : `T+${formatClock(Date.parse(iso) - Date.parse(state.startedAt))}`;
}

export function tookMs(span: { startedAt?: string; endedAt?: string }): number | undefined {
  return span.startedAt !== undefined && span.endedAt !== undefined
    ? Date.parse(span.endedAt) - Date.parse(span.startedAt)
    : undefined;
}

export function clockText(ms: number | undefined): string {
  return ms === undefined ? '–' : formatClock(ms);
}

/** A signed distance: `+0.20`, `−0.016`. */
export function marginText(gate: GateResult): string | undefined {
  if (gate.margin === undefined) return undefined;
  const size = valueText(Math.abs(gate.margin), gate.unit);
  return gate.margin < 0 ? `−${size}` : gate.margin > 0 ? `+${size}` : size;
}

export function roleName(state: Pick<GoLiveState, 'roles'>, role: string): string {
  return Object.hasOwn(state.roles, role) ? (state.roles[role] ?? role) : role;
}

export function modeText(state: Pick<GoLiveState, 'mode' | 'timeScale'>): string {
  if (state.mode === 'live') return 'LIVE';
  return state.timeScale > 1 ? `REHEARSAL ×${state.timeScale}` : 'REHEARSAL';
}

/** How an approver's identity is known. */
export function identityText(vote: Pick<Vote, 'level' | 'principal' | 'key'>): string {
  return vote.level === 'signed'
    ? `signed as ${vote.principal ?? '?'} with the SSH key ${vote.key ?? '?'}`
    : 'declared: a name given, not proven';
}

/** The big words: what was asked for first, and what came of it. */
export function headline(state: GoLiveState): { verdict: Verdict | 'pending'; words: string; below: string } {
  const primary = state.decisions[0];
  const verdict = state.aborted ? 'no-go' : ((primary ?? state).verdict ?? 'pending');
  const title = primary?.title ?? state.runbook.title;
  if (state.aborted) return { verdict, words: 'ABORTED', below: `${title} was not reached.` };
  if (verdict === 'go') return { verdict, words: title, below: 'GO: every requirement holds.' };
  if (verdict === 'waived')
    return { verdict, words: title, below: 'GO with waivers: read the box below before relying on it.' };
  if (verdict === 'pending') return { verdict, words: 'NOT DECIDED', below: `${title} was not decided.` };
  if (verdict === 'inconclusive')
    return { verdict, words: 'INCONCLUSIVE', below: `${title} was not reached: what is not known is no GO.` };
  return { verdict, words: 'NO-GO', below: `${title} was not reached.` };
}

/** Hard gates that hold neither by themselves nor by a waiver, with their phase. */
export function failedGates(state: GoLiveState): { phase: string; gate: GateResult; entry?: string }[] {
  return state.phases.flatMap((phase) =>
    phase.gates
      .filter((gate) => gate.hard && gate.verdict !== 'go' && gate.verdict !== 'waived')
      .map((gate) => {
        const entry = entryFor(state.playbook, phase.id, gate.id);
        return { phase: phase.title, gate, ...(entry === undefined ? {} : { entry }) };
      }),
  );
}

const LONGEST_CAUSE = 300;

/** A cause in one sentence of bounded length; what was said beyond it stands in the sections below. */
export function causeText(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  if (flat.length <= LONGEST_CAUSE) return flat;
  const cut = flat.slice(0, LONGEST_CAUSE);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), LONGEST_CAUSE / 2)).replace(/[\uD800-\uDBFF]$/, '')} … (the whole of it stands below)`;
}

/** `casesLimited`, `lc_seen`, `retries429` as people read them: `cases limited`, `lc seen`, `retries 429`. */
export function inWords(name: string): string {
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|(?<=[a-z]{2})(?=\d)/g, ' ')
    .trim();
  return words.replace(/ [A-Z](?=[a-z])/g, (start) => start.toLowerCase());
}

/** `<phase>.<step>` by their titles, as in `3 Smoke × 2: 20 cases, first run`; any other text as it is. */
export function stepName({ phases }: Pick<GoLiveState, 'phases'>, address: string): string {
  for (const phase of phases) {
    const step = phase.steps.find(({ id }) => `${phase.id}.${id}` === address);
    if (step) return `${phase.index} ${phase.title}: ${step.title}`;
  }
  return address;
}

/** Rollbacks that took something back: what was held and is released at the end is none. */
export function takenBackBy({ rollbacks }: Pick<GoLiveState, 'rollbacks'>): GoLiveState['rollbacks'] {
  return rollbacks.filter(({ id }) => id !== RELEASE);
}

/** What a way back is called: its name, or what it does. */
export function rollbackName({ id }: Pick<GoLiveState['rollbacks'][number], 'id'>): string {
  if (id === RELEASE) return 'Release of what was held';
  return id === 'undo' ? 'Undo' : `Rollback ${id}`;
}

const RELEASE = 'release';

/** A question as people read it: one that was never asked is without its expressions, since nothing settled them. */
export function questionText({
  question,
  status,
}: Pick<GoLiveState['approvals'][number], 'question' | 'status'>): string {
  return status === 'not-asked' ? question.replace(/\$\{\{.*?\}\}/gs, '…') : question;
}
