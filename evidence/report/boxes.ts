import type { GoLiveState } from '../../model/state/state.js';

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
