import { expect, test } from '@jest/globals';
import type { Bundle } from '../../../client/evidence/ended.js';
import { laterThan } from '../../../client/go-live/first.js';
import { asId } from '../../../model/plan/address.js';
import type { StandingUndo } from '../../../model/plan/taking-back.js';
import { initialState } from '../../../model/state/initial-state.js';
import { phase, plan, step } from '../../kits/plans.js';

const undo: StandingUndo = {
  phase: asId('p'),
  phaseAttempt: 1,
  step: asId('page'),
  epoch: 1,
  always: false,
  calls: [],
};

/** A go-live that began at a time and did one step; with `back`, one that took back what began at that time. */
function bundle(
  change: string,
  at: number,
  more: { undos?: StandingUndo[]; back?: [string, number]; open?: true } = {},
): Bundle {
  const { undos = [undo], back, open } = more;
  const startedAt = `T${at}`;
  const made = { ...plan([phase('p', [step('page')])]), change, goLiveId: `shop/${change}` };
  const takesBack = back && {
    goLive: `shop/${back[0]}`,
    startedAt: `T${back[1]}`,
    evidenceDir: '',
    bundle: '',
    undos: [undo],
    phases: {},
  };
  const state = initialState(made, '', '', '', startedAt);
  const done = { id: asId<StandingUndo['step']>('page'), title: '', uses: '', status: 'done' as const, epoch: 1 };
  const ended = { ...state, undos, phases: state.phases.map((one) => ({ ...one, steps: [done] })) };
  return {
    directory: change,
    plan: takesBack ? { ...made, takesBack } : made,
    startedAt,
    closed: !open,
    ...(open ? {} : { state: ended }),
  };
}

const first = bundle('c2', 2);

test.each<[string, Bundle[], string[]]>([
  ['nothing came after', [bundle('c1', 1)], []],
  ['a later one stands', [bundle('c3', 3)], ['shop/c3: p.page']],
  ['a later one undid itself', [bundle('c3', 3, { undos: [] })], []],
  ['a later one was taken back', [bundle('c3', 3), bundle('r', 4, { back: ['c3', 3], undos: [] })], []],
  ['a later one was taken back in part', [bundle('c3', 3), bundle('r', 4, { back: ['c3', 3] })], ['shop/c3: p.page']],
  ['a later one did not end', [bundle('c3', 3, { open: true })], ['shop/c3: it did not end with a sealed bundle']],
  [
    'what was before it was taken back',
    [bundle('r', 3, { back: ['c1', 1], undos: [] })],
    ['shop/r: it took back shop/c1'],
  ],
  ['a part of it was taken back', [bundle('r', 3, { back: ['c2', 2] })], []],
])('%s', (_what, others, later) => {
  expect(laterThan(first, [first, ...others]).map(({ id, what }) => `${id}: ${what}`)).toEqual(later);
});
