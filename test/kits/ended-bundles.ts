import type { Bundle } from '../../client/evidence/ended.js';
import { asId } from '../../model/plan/address.js';
import type { StandingUndo } from '../../model/plan/taking-back.js';
import { initialState } from '../../model/state/initial-state.js';
import type { GoLiveState } from '../../model/state/state.js';
import { phase, plan, step } from './plans.js';

const undo: StandingUndo = {
  phase: asId('p'),
  phaseAttempt: 1,
  step: asId('page'),
  epoch: 1,
  always: false,
  calls: [],
};

export type EndedBundle = Bundle & { state: GoLiveState };

/** A go-live of the target `shop` that began at a time and did one step; with `back`, one that took back what began at that time. */
export function endedBundle(
  change: string,
  at: number,
  more: {
    undos?: StandingUndo[];
    back?: [change: string, at: number];
    rollback?: string;
    verdict?: 'go' | 'no-go';
  } = {},
): EndedBundle {
  const { undos = [undo], back, rollback, verdict } = more;
  const startedAt = `T${at}`;
  const made = { ...plan([phase('p', [step('page')])]), change, goLiveId: `shop/${change}` };
  const takesBack = back && {
    goLive: `shop/${back[0]}`,
    startedAt: `T${back[1]}`,
    evidenceDir: '',
    bundle: '',
    ...(rollback === undefined ? {} : { rollback }),
    undos: [undo],
    phases: {},
  };
  const state = initialState(made, '', '', '', startedAt);
  const done = { id: asId<StandingUndo['step']>('page'), title: '', uses: '', status: 'done' as const, epoch: 1 };
  const phases = state.phases.map((one) => ({ ...one, steps: [done] }));
  return {
    directory: change,
    plan: takesBack ? { ...made, takesBack } : made,
    startedAt,
    closed: true,
    state: { ...state, undos, phases, ...(verdict ? { verdict, endedAt: `${startedAt}, later` } : {}) },
  };
}

/** One that has not ended, or whose bundle was not closed. */
export function openBundle(change: string, at: number, back?: [change: string, at: number]): Bundle {
  const { directory, plan: made, startedAt } = endedBundle(change, at, back ? { back } : {});
  return { directory, plan: made, startedAt, closed: false };
}
