import { expect, test } from '@jest/globals';
import type { First } from '../../../client/go-live/first.js';
import { refuseDone, refuseOther } from '../../../client/go-live/roll-back.js';
import type { RollbackPlan } from '../../../model/plan/plan.js';
import { endedBundle } from '../../kits/ended-bundles.js';
import { step } from '../../kits/plans.js';

const c1 = endedBundle('c1', 1);
const standing = c1.state.undos ?? [];
/** What was found of a go-live; by default its undo stands, and nobody took it back. */
const found = (more: Partial<First> = {}): First => ({
  ...c1,
  digest: 'd',
  undos: standing,
  rollbacks: [],
  later: [],
  doubts: [],
  ...more,
});
const took = (change: string, verdict: 'go' | 'no-go', by?: string) =>
  endedBundle(change, 2, { back: ['c1', 1], verdict, ...(by === undefined ? {} : { rollback: by }) });
const way = (id: string, undo: RollbackPlan['undo'], steps: RollbackPlan['steps'] = []): RollbackPlan => ({
  id,
  title: id,
  undo,
  steps,
});
const [undoAll, stepsAlone] = [way('R1', 'all', [step('note')]), way('R2', 'none', [step('note')])];

test.each<[string, First, RollbackPlan | undefined, RegExp | undefined]>([
  ['what stands can be taken back', found(), undefined, undefined],
  ['by a rollback, too', found(), undoAll, undefined],
  ['what was left standing once more', found({ rollbacks: [took('r', 'no-go')] }), undefined, undefined],
  ['also after a rollback that was GO', found({ rollbacks: [took('r', 'go', 'R2')] }), undoAll, undefined],
  ['where nothing was to be undone nothing is begun', found({ undos: [] }), undefined, /nothing of it can be undone/],
  ['a rollback of steps needs no undos', found({ undos: [] }), stepsAlone, undefined],
  ['it may be tried again', found({ undos: [], rollbacks: [took('r', 'no-go', 'R2')] }), stepsAlone, undefined],
  [
    'it is carried out once',
    found({ undos: [], rollbacks: [took('r', 'go', 'R2')] }),
    stepsAlone,
    /shop\/r took it back/,
  ],
  [
    'and not over another one',
    found({ undos: [], rollbacks: [took('r', 'go', 'R1')] }),
    stepsAlone,
    /shop\/r took it back at T2, later\./,
  ],
  [
    'of several the one that did the same is named',
    found({ undos: [], rollbacks: [took('r', 'go', 'R1'), took('s', 'go')] }),
    undoAll,
    /shop\/r took it back/,
  ],
  [
    'one that was stopped may have taken all of it back',
    found({ undos: [], rollbacks: [took('r', 'no-go')] }),
    undefined,
    /shop\/r took it back at T2, later\./,
  ],
  [
    'steps may follow those of another rollback while undos stand',
    found({ rollbacks: [took('r', 'go', 'R1')] }),
    stepsAlone,
    undefined,
  ],
  ['without steps there is nothing', found({ undos: [] }), way('R3', 'all'), /Nothing of shop\/c1 stands any more/],
])('%s', (_what, first, chosen, refused) => {
  const refuse = () => refuseDone(first, chosen);
  if (refused) expect(refuse).toThrow(refused);
  else expect(refuse).not.toThrow();
});

test.each<[string, Partial<First>, boolean]>([
  ['nothing', {}, false],
  ['what a person was not shown: words of the bundle that say nothing of what stands', { startedAt: 'T9' }, false],
  ['an undo that stands no more', { undos: [] }, true],
  ['a later go-live', { later: [{ id: 'shop/c3', what: 'p.page' }] }, true],
  ['evidence that was changed', { doubts: ['shop/c1: data/phases/p.1/page/output.log was altered'] }, true],
  ['another bundle', { digest: 'e' }, true],
  ['one that took it back', { rollbacks: [took('r', 'no-go')] }, true],
])('since it was shown there changed: %s', (_what, changed, refused) => {
  const refuse = () => refuseOther(found(), found(changed));
  if (refused) expect(refuse).toThrow('has changed since it was shown here');
  else expect(refuse).not.toThrow();
});
