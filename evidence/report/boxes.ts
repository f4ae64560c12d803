import { readAddress } from '../../model/plan/address.js';
import type { BoxPlan } from '../../model/plan/plan.js';
import type { GoLiveState, PhaseState } from '../../model/state/state.js';
import { roleName } from './words.js';

/** A box that golive ticks itself: a gate of a phase that ran. */
export interface AutomaticBox {
  id: string;
  text: string;
  automatic: true;
  ticked: boolean;
  at?: string;
  note: string;
}

/** The boxes that no person ticks, beside those of the checklist: each hard gate, with its sentence. */
export function automaticBoxes({ phases }: Pick<GoLiveState, 'phases'>): AutomaticBox[] {
  return phases.flatMap((phase) =>
    phase.gates
      .filter(({ hard }) => hard)
      .map(({ id, title, verdict, sentence }) => ({
        id: `${phase.id}.${id}`,
        text: `${phase.title}: ${title}`,
        automatic: true as const,
        // A waiver lets pass, and ticks nothing.
        ticked: verdict === 'go' && phase.takenBackBy === undefined,
        ...(phase.endedAt === undefined ? {} : { at: phase.endedAt }),
        note: sentence,
      })),
  );
}

/** A box of the sign-off page, whoever ticks it. */
export interface Box {
  text: string;
  /** Who or what ticks it. */
  by: string;
  ticked: boolean;
  at?: string | undefined;
  note: string;
}

/**
 * The boxes of the sign-off page. A runbook that names them says which gate, step or person answers each; else every hard
 * gate is one. What people tick and no box names stands there as well.
 */
export function boxesOf(state: GoLiveState, named: readonly BoxPlan[]): Box[] {
  const open = (phase: PhaseState | undefined): boolean => phase?.takenBackBy === undefined;
  const people = state.checklist.filter(({ item }) => !named.some(({ by }) => by === item && !isGateOrStep(state, by)));
  const ofPeople = people.map((tick) => ticked(state, tick, tick.text));
  if (named.length === 0) {
    const gates = automaticBoxes(state).map(({ text, ticked: holds, at, note }): Box => {
      return { text, by: 'golive, by a gate', ticked: holds, at, note };
    });
    return [...ofPeople, ...gates];
  }
  const ofNamed = named.map(({ text, by }): Box => {
    const { phase: phaseId, part } = readAddress(by);
    const phase = state.phases.find(({ id }) => id === phaseId);
    const gate = phase?.gates.find(({ id }) => id === part);
    if (gate) {
      const holds = gate.verdict === 'go' && open(phase);
      return {
        text,
        by: `golive, by the gate “${gate.title}”`,
        ticked: holds,
        at: phase?.endedAt,
        note: gate.sentence,
      };
    }
    const step = phase?.steps.find(({ id }) => id === part);
    if (step) {
      const note = step.failure?.message ?? step.skipped ?? step.summary ?? '';
      const done = step.status === 'done' && open(phase);
      return { text, by: `golive, by the step “${step.title}”`, ticked: done, at: step.endedAt, note };
    }
    const tick = state.checklist.find(({ item }) => item === by);
    return tick
      ? ticked(state, tick, text)
      : { text, by: `golive, by ${by}`, ticked: false, note: 'It was not reached.' };
  });
  return [...ofNamed, ...ofPeople];
}

function isGateOrStep({ phases }: GoLiveState, by: string): boolean {
  const { phase: phaseId, part } = readAddress(by);
  const phase = phases.find(({ id }) => id === phaseId);
  return [...(phase?.gates ?? []), ...(phase?.steps ?? [])].some(({ id }) => id === part);
}

function ticked(state: GoLiveState, { role, by, at, note }: GoLiveState['checklist'][number], text: string): Box {
  const who = by === undefined ? roleName(state, role) : `${by} as ${roleName(state, role)}`;
  return { text, by: who, ticked: at !== undefined, at, note: note ?? '' };
}
