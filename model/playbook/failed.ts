import type { GoLiveState } from '../state/state.js';
import { mayGoOn } from '../verdict.js';
import { entryFor, pointerText } from './pointer.js';

/** What failed in a run: a hard gate, or a step, with its sentence and the entry of the playbook that answers it. */
export interface Failed {
  phase: string;
  part: string;
  sentence: string;
  entry?: string;
}

/** Everything that failed in the last attempts, in the order of the phases. */
export function failedIn({ phases, playbook }: Pick<GoLiveState, 'phases' | 'playbook'>): Failed[] {
  return phases.flatMap(({ id: phase, gates, steps }) => {
    const failed = [
      ...steps.flatMap(({ id, status, failure }) =>
        status === 'failed' ? [{ part: id, sentence: failure?.message ?? 'It failed.' }] : [],
      ),
      ...gates.flatMap(({ id, hard, verdict, sentence }) =>
        hard && !mayGoOn(verdict) ? [{ part: id, sentence }] : [],
      ),
    ];
    return failed.map((one) => {
      const entry = entryFor(playbook, phase, one.part);
      return { phase, ...one, ...(entry === undefined ? {} : { entry }) };
    });
  });
}

/** Where to look up what failed, an entry once, in the order of the failures. */
export function pointersIn(state: Pick<GoLiveState, 'phases' | 'playbook'>): string[] {
  if (!state.playbook) return [];
  return [...new Set(failedIn(state).flatMap(({ entry }) => entry ?? []))].map(pointerText);
}
