import { describe, expect, test } from '@jest/globals';
import { Findings } from '../../../evidence/verify/finding.js';
import { checkNeeds } from '../../../evidence/verify/needs.js';
import { readEvent } from '../../../model/evidence/logged-event.js';
import { asId } from '../../../model/plan/address.js';
import type { PhasePlan } from '../../../model/plan/plan.js';
import { phase, plan, step } from '../../kits/plans.js';

const needing = (id: string, needs: string[], more: Partial<PhasePlan> = {}): PhasePlan =>
  phase(id, [step('x')], { needs: needs.map((need) => asId(need)), ...more });

/** `started a`, `passed a`, …; `continue a` is the word of an operator. */
function findingsOf(phases: PhasePlan[], told: string[]): string[] {
  const findings = new Findings();
  const events = told.map((text, seq) => {
    const [word = '', id = ''] = text.split(' ');
    if (word === 'continue')
      return readEvent(seq, { type: 'operator.chose', about: id, choice: 'continue', by: 'Sam', role: 'sre' });
    return readEvent(seq, { type: `phase.${word}`, phase: id, attempt: 1, sentence: '', rollback: 'R1' });
  });
  checkNeeds(plan(phases), events, findings);
  return findings.list.map(({ item, message }) => `${item} ${message}`);
}

const TWO = [needing('a', []), needing('b', []), needing('c', ['a', 'b'])];
const WHOLE = ['started a', 'started b', 'passed b', 'passed a', 'started c', 'passed c'];

describe('the order of phases', () => {
  test('as it must be', () => {
    expect(findingsOf(TWO, WHOLE)).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4])('line %i moved behind the begin of what rests on it', (moved) => {
    const line = WHOLE[moved] ?? '';
    const rest = WHOLE.filter((one) => one !== line);
    const at = rest.indexOf('started c') + 1;
    const order = line === 'started c' ? ['started c', ...rest] : [...rest.slice(0, at), line, ...rest.slice(at)];
    // A begin that is moved behind takes its pass away, or comes after it.
    expect(findingsOf(TWO, order).length > 0 || line.startsWith('started')).toBe(true);
  });

  test.each<[string, PhasePlan, string[], boolean]>([
    ['failed', needing('a', []), ['started a', 'failed a'], false],
    ['was cancelled', needing('a', []), ['started a', 'cancelled a'], false],
    ['was taken back', needing('a', []), ['started a', 'passed a', 'taken-back a'], false],
    ['began once more', needing('a', []), ['started a', 'passed a', 'started a'], false],
    ['was skipped by its condition', needing('a', [], { when: 'false' }), ['skipped a'], true],
    ['was skipped without a condition', needing('a', []), ['skipped a'], false],
    ['was omitted by who may', needing('a', [], { mayOmit: ['cto'] }), ['omitted a'], true],
    ['was omitted, and nobody may', needing('a', []), ['omitted a'], false],
    ['was passed over, and nobody said so', needing('a', []), ['started a', 'failed a', 'passed-over a'], false],
    ['was passed over by an operator', needing('a', []), ['failed a', 'continue a', 'passed-over a'], true],
    [
      'was passed over, and then taken back',
      needing('a', [], { onFail: { attempts: 1, then: 'continue', ask: { role: 'sre', expiresMs: 1 } } }),
      ['started a', 'failed a', 'passed-over a', 'taken-back a'],
      true,
    ],
  ])('what it needs %s', (_, need, before, holds) => {
    const found = findingsOf([need, needing('b', ['a'])], [...before, 'started b']);
    expect(found).toEqual(holds ? [] : [`b began at event ${before.length}, and a, which it needs, had not passed`]);
  });

  test('where one phase follows another, nothing is said here', () => {
    expect(findingsOf([phase('a', []), phase('b', [])], ['started b'])).toEqual([]);
  });
});
