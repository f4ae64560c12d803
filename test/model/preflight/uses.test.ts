import { describe, expect, test } from '@jest/globals';
import { usesOf } from '../../../model/preflight/uses.js';
import type { PhasePlan } from '../../../model/plan/plan.js';
import { phase, plan, step } from '../../kits/plans.js';

const AT = '2026-01-01T00:00:00.000Z';
const shown = (phases: PhasePlan[], more: Parameters<typeof plan>[1] = {}): string[] =>
  usesOf(plan(phases, more), AT).map(
    ({ where, sure, first, open }) => `${where}${sure ? '' : ' unsure'}${first ? ' first' : ''}${open ? ' open' : ''}`,
  );
const look = { effect: 'none' as const };

describe('uses of kinds, before anything runs', () => {
  test('what only a look precedes comes first; what a deed precedes does not', () => {
    expect(shown([phase('p', [step('a', look), step('b'), step('c', look)])])).toEqual([
      'p.a first',
      'p.b first',
      'p.c',
    ]);
  });

  test('steps of a group come together', () => {
    expect(shown([phase('p', [{ parallel: [step('a'), step('b')] }, step('c')])])).toEqual([
      'p.a first',
      'p.b first',
      'p.c',
    ]);
  });

  test('a condition that is known to fail leaves the use out; one that is not known makes it unsure', () => {
    const steps = [
      step('a', { when: 'inputs.mail' }),
      step('b', { when: 'steps.a.ok == 1' }),
      step('c', { when: '!inputs.mail' }),
    ];
    expect(
      shown([phase('p', steps), phase('q', [step('d')], { when: 'inputs.mail' })], { inputs: { mail: false } }),
    ).toEqual(['p.b unsure first', 'p.c']);
  });

  test('undos, probes and rollbacks are uses, never first', () => {
    const steps = [
      step('a', {
        probe: { uses: 'probe', with: {}, done: 'true', notDone: 'false' },
        undo: [{ uses: 'fake.act', with: {}, title: 'back' }],
      }),
    ];
    const rollbacks = { R1: { id: 'R1', title: 'R1', undo: 'none' as const, steps: [step('back')] } };
    expect(shown([phase('p', steps)], { rollbacks })).toEqual(['p.a first', 'p.a', 'p.a', 'rollback-R1.back']);
  });

  test('expressions over inputs are computed, others stay', () => {
    const input = { url: '${{ inputs.url }}/health', deep: [{ text: '${{ steps.x.ok }}' }] };
    const [use] = usesOf(plan([phase('p', [step('a', { with: input })])], { inputs: { url: 'http://h:1' } }), AT);
    expect(use).toMatchObject({
      open: true,
      input: { url: 'http://h:1/health', deep: [{ text: '${{ steps.x.ok }}' }] },
    });
  });
});
