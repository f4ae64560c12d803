import { entryFor } from '../../model/playbook/pointer.js';
import type { DecisionState, GoLiveState } from '../../model/state/state.js';
import { mayGoOn, type Verdict } from '../../model/verdict.js';
import { CliError } from '../errors.js';

/** Exit codes of a go-live that was followed. */
export const EXIT = { go: 0, noGo: 3, waiting: 4, rollbackIncomplete: 5 } as const;

/**
 * The exit code of a go-live: 0 only when every decision may go on (or, with `require`, that one).
 * @throws CliError (exit 2) when there is no decision of that name
 */
export function exitCodeOf(state: GoLiveState, require?: string): number {
  if (require !== undefined) checkDecision(state.decisions, require);
  if (state.endedAt === undefined || state.verdict === undefined) return EXIT.waiting;
  if (state.rollbackIncomplete) return EXIT.rollbackIncomplete;
  if (state.aborted !== undefined) return EXIT.noGo;
  const asked = state.decisions.filter((decision) => require === undefined || decision.id === require);
  const verdicts = asked.length === 0 ? [state.verdict] : asked.map((decision) => decision.verdict);
  return verdicts.every((verdict) => verdict !== undefined && mayGoOn(verdict)) ? EXIT.go : EXIT.noGo;
}

/** @throws CliError (exit 2) when the runbook has no such decision */
export function checkDecision(decisions: readonly { id: string }[], id: string): void {
  if (decisions.some((decision) => decision.id === id)) return;
  const names = decisions.map((decision) => decision.id).join(', ');
  throw new CliError(`There is no decision '${id}' in this runbook.`, {
    exitCode: 2,
    hint: names === '' ? 'It has no decisions: leave --require out.' : `Its decisions are: ${names}.`,
  });
}

/** What `--json` prints at the end: the last object on stdout. */
export interface Outcome {
  id: string;
  verdict: string;
  sentence: string;
  decisions: { id: string; title: string; verdict: string; sentence: string }[];
  /** Hard gates of the last attempts that hold neither by themselves nor by a waiver. */
  failedGates: { phase: string; gate: string; sentence: string; playbook?: string }[];
  rollbacks: { id: string; status: string }[];
  bundle: string | null;
  report: string | null;
  /** Its id and level, where the runbook asks for one. */
  certificate: { id: string; level: string; path: string } | null;
  /** Fingerprint of the key that sealed the bundle. */
  key: string | null;
  ui: string | null;
  exitCode: number;
}

/** Decisions as `--json` prints them: one that is not taken has the verdict `pending`. */
export function shownDecisions({
  decisions,
}: GoLiveState): (Omit<DecisionState, 'verdict'> & { verdict: Verdict | 'pending' })[] {
  return decisions.map((decision) => ({ ...decision, verdict: decision.verdict ?? 'pending' }));
}

export function outcomeOf(state: GoLiveState, exitCode: number, ui: string | undefined): Outcome {
  return {
    id: state.id,
    verdict: state.verdict ?? 'pending',
    sentence: state.sentence ?? '',
    decisions: shownDecisions(state).map(({ id, title, verdict, sentence }) => ({ id, title, verdict, sentence })),
    failedGates: failedGates(state),
    rollbacks: state.rollbacks.map(({ id, status }) => ({ id, status })),
    bundle: state.bundle?.path ?? null,
    certificate: state.bundle?.certificate ?? null,
    report: state.bundle?.report ?? null,
    key: state.bundle?.key ?? null,
    ui: ui ?? null,
    exitCode,
  };
}

function failedGates({ phases, playbook }: GoLiveState): Outcome['failedGates'] {
  return phases.flatMap((phase) =>
    phase.gates
      .filter((gate) => gate.hard && !mayGoOn(gate.verdict))
      .map((gate) => {
        const entry = entryFor(playbook, phase.id, gate.id);
        const pointer = entry === undefined ? {} : { playbook: entry };
        return { phase: phase.id, gate: gate.id, sentence: gate.sentence, ...pointer };
      }),
  );
}
