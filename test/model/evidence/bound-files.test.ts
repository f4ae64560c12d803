import { expect, test } from '@jest/globals';
import { boundFiles } from '../../../model/evidence/bound-files.js';
import { asId } from '../../../model/plan/address.js';
import { initialState } from '../../../model/state/initial-state.js';
import { phase, plan, step } from '../../kits/plans.js';

test('who accepts a phase accepts the named files of it and of all that it waited for, and no others', () => {
  const made = plan([
    phase('first', [step('count')], { needs: [] }),
    phase('beside', [step('count')], { needs: [] }),
    phase('signed', [step('page')], { needs: [asId('first')] }),
  ]);
  made.evidence.include = [
    { file: 'STATS.json', from: ['first.count.counts.json', 'beside.count.counts.json'] },
    { file: 'REPORT.md', from: ['signed.page.report.md'] },
  ];
  const state = initialState(made, 'digest', made.target.id, 'Sam', '2026-01-01T00:00:00.000Z');
  for (const { id, steps } of state.phases) {
    const [planned] = made.phases.find((one) => one.id === id)?.steps ?? [];
    if (!planned || 'parallel' in planned || id === 'signed') continue;
    const evidence = [{ name: 'counts.json', path: `phases/${id}.1/count/counts.json`, sha256: `of ${id}`, bytes: 2 }];
    steps.push({ id: planned.id, title: 'Count', uses: 'x', status: 'done', epoch: 1, evidence });
  }
  expect(boundFiles(made, state.phases, asId('signed'))).toEqual([
    { file: 'STATS.json', path: 'phases/first.1/count/counts.json', sha256: 'of first' },
    { file: 'REPORT.md', path: null, sha256: null },
  ]);
});
