import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../model/plan/plan.js';
import type { Act, Deed, Happening } from '../kits/fake-world.js';
import { phase, plan, step } from '../kits/plans.js';
import { judgeWayBack } from '../kits/way-back.js';
import { happened, twoPhases, undoOf } from './happened.js';

const plain = twoPhases();
const listed = plan([
  phase('one', [
    step('a', {
      undo: [
        { uses: 'x', with: {}, title: 'first' },
        { uses: 'y', with: {}, title: 'second' },
      ],
    }),
    step('b', { ownUndo: false }),
  ]),
]);
const R1 = { id: 'R1', title: 'R1', undo: 'phase' as const, steps: [step('clean')] };
const named = twoPhases({ rollback: 'R1' }, { rollbacks: { R1 } });
const held = plan([phase('one', [step('a', { undoOn: 'always' }), step('b')])]);

const ofA: Deed = { phase: 'one', attempt: 1, step: 'a', epoch: 1 };
const call = (
  activity: string,
  title: string,
  more: Partial<Act['task']> = {},
  end: Act['what'] = 'done',
): Happening[] =>
  (['began', end] as const).map((what) => ({ what, deed: ofA, activity, task: undoOf(ofA, title, more) }));
/** `one.a` is done; then the go-live fails. */
const given: Happening[] = happened('one.a', 'no one', 'NO-GO');

describe('the way back', () => {
  test.each<[string, Plan, Happening[], string[]]>([
    ['nothing to undo after GO', plain, happened('one.a', 'two.b', 'two.c', 'two.d', 'GO'), []],
    [
      'newest first',
      plain,
      happened(
        'one.a',
        'two.b',
        'two.c!',
        'two.d',
        'no two',
        'NO-GO',
        'undo two.d',
        'undo two.c',
        'undo two.b',
        'undo one.a',
      ),
      [],
    ],
    [
      'side by side they may begin in any order, and are undone in the order that is written',
      plain,
      happened(
        'one.a',
        'two.b',
        'two.d',
        'two.c!',
        'no two',
        'NO-GO',
        'undo two.d',
        'undo two.c',
        'undo two.b',
        'undo one.a',
      ),
      [],
    ],
    [
      'turned round',
      plain,
      happened('one.a', 'two.b!', 'no two', 'NO-GO', 'undo one.a', 'undo two.b'),
      ['one.a is undone before two.b, which is newer'],
    ],
    [
      'left out',
      plain,
      happened('one.a', 'two.b!', 'no two', 'NO-GO', 'undo two.b'),
      ["one.a is not undone by the end without GO: 'undo a' is left out"],
    ],
    [
      'twice in one way back',
      plain,
      happened('one.a!', 'no one', 'NO-GO', 'undo one.a', 'undo one.a'),
      ['one.a is undone twice'],
    ],
    [
      'twice in two',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b', 'rollback-R1.clean', 'NO-GO', 'undo two.b', 'undo one.a'),
      ['two.b is undone twice'],
    ],
    [
      'a deed of a second attempt has an undo of its own',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b', 'rollback-R1.clean', 'two.b!#2', 'no two').concat(
        happened('undo two.b#2', 'rollback-R1.clean', 'NO-GO', 'undo one.a'),
      ),
      [],
    ],
    [
      'the undo of the first attempt for the second',
      named,
      happened('two.b!', 'no two', 'undo two.b', 'rollback-R1.clean', 'two.b!#2', 'no two').concat(
        happened('undo two.b', 'rollback-R1.clean', 'NO-GO'),
      ),
      [
        'two.b is undone twice',
        "two.b (attempt 2) is not undone by R1: 'undo b' is left out",
        "two.b (attempt 2) is not undone by the end without GO: 'undo b' is left out",
      ],
    ],
    [
      'more than was asked for',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b', 'undo one.a', 'rollback-R1.clean', 'NO-GO'),
      [
        'one.a is undone by R1, which does not ask for it',
        "one.a is not undone by the end without GO: 'undo a' is left out",
      ],
    ],
    [
      'while nothing failed',
      plain,
      happened('one.a', 'undo one.a', 'two.b', 'GO'),
      ['one.a is undone, and nothing asks for it'],
    ],
    [
      'after GO',
      plain,
      happened('one.a', 'two.b', 'GO', 'undo one.a'),
      ['one.a is undone by the end, which does not ask for it'],
    ],
    [
      'before its deed has ended',
      plain,
      happened('>one.a', 'no one', 'NO-GO', 'undo one.a', 'one.a<'),
      ['one.a is undone before the deed one.a has ended'],
    ],
    [
      'before the other has ended',
      plain,
      happened('one.a', 'two.b!', 'no two', 'NO-GO', '>undo two.b', 'undo one.a', 'undo two.b<'),
      ['one.a is undone before the undo of two.b has ended'],
    ],
    [
      'the steps of the rollback first',
      named,
      happened('one.a', 'two.b!', 'no two', 'rollback-R1.clean', 'undo two.b', 'NO-GO', 'undo one.a'),
      ['two.b is undone after the steps of R1 have begun'],
    ],
    [
      'the steps of the rollback left out',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b', 'NO-GO', 'undo one.a'),
      ['the steps of R1 are [clean], and [] were taken'],
    ],
    ['what is held is released after GO', held, happened('one.a', 'one.b', 'GO', 'undo one.a'), []],
    [
      'what is held stays held',
      held,
      happened('one.a', 'one.b', 'GO'),
      ["one.a is not undone by the end: 'undo a' is left out"],
    ],
    [
      'an undo list, call by call',
      listed,
      [...happened('one.a', 'one.b!', 'no one', 'NO-GO'), ...call('x', 'first'), ...call('y', 'second')],
      [],
    ],
    [
      'an undo list in another order',
      listed,
      [...happened('one.a', 'one.b!', 'no one', 'NO-GO'), ...call('y', 'second'), ...call('x', 'first')],
      ["one.a is undone in another order than it says: 'undo second' before 'undo first'"],
    ],
    ['given what takes it back', plain, [...given, ...call('undo fake.act', 'a')], []],
    [
      'given another input',
      plain,
      [...given, ...call('undo fake.act', 'a', { input: { n: 2 } })],
      [`'undo a' of one.a is given the input {"n":2} instead of {}`],
    ],
    [
      'given no time',
      plain,
      [...given, ...call('undo fake.act', 'a', { timeoutMs: 1 })],
      ["'undo a' of one.a has 1 ms instead of 60000 at least"],
    ],
    [
      'two calls in one folder',
      listed,
      [
        ...happened('one.a', 'no one', 'NO-GO'),
        ...call('x', 'first', { step: 's' }),
        ...call('y', 'second', { step: 's' }),
      ],
      ["'undo second' of one.a shares a folder with 'undo first' of one.a"],
    ],
    [
      'an undo fails: the others run, and the next way back takes it again',
      named,
      happened('one.a', 'two.b', 'two.c!', 'no two', 'undo two.c!', 'undo two.b').concat(
        happened('rollback-R1.clean', 'NO-GO', 'undo two.c', 'undo one.a'),
      ),
      [],
    ],
    [
      'an undo fails, and is left so',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b!', 'rollback-R1.clean', 'NO-GO', 'undo one.a'),
      ["two.b is not undone by the end without GO: 'undo b' is left out"],
    ],
    [
      'a person gives an undo up: no later way back takes it again',
      named,
      happened('one.a', 'two.b', 'two.c!', 'no two', 'undo two.c!', 'undo two.b', 'rollback-R1.clean').concat(
        happened('Sam stops two.c', 'NO-GO', 'undo one.a'),
      ),
      [],
    ],
    [
      'a person gives an undo up, and it is taken again',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b!', 'rollback-R1.clean', 'Sam stops two.b').concat(
        happened('NO-GO', 'undo two.b', 'undo one.a'),
      ),
      ['two.b is undone by the end without GO, which does not ask for it'],
    ],
    [
      'nobody answers for an undo, and it is left so',
      named,
      happened('one.a', 'two.b!', 'no two', 'undo two.b!', 'rollback-R1.clean', 'golive stops two.b').concat(
        happened('NO-GO', 'undo one.a'),
      ),
      ["two.b is not undone by the end without GO: 'undo b' is left out"],
    ],
    [
      'an undo fails, and the others are left out',
      plain,
      happened('one.a', 'two.b!', 'no two', 'NO-GO', 'undo two.b!'),
      ["one.a is not undone by the end without GO: 'undo a' is left out"],
    ],
    [
      'an undo fails, and the go-live goes on',
      named,
      happened('two.b!', 'no two', 'undo two.b!', 'rollback-R1.clean', 'two.b#2', 'GO'),
      ['two.b (attempt 2) begins, though the undo of two.b failed'],
    ],
    [
      'an undo list ends at the call that fails',
      listed,
      [...happened('one.a', 'no one', 'NO-GO'), ...call('x', 'first', {}, 'failed')],
      [],
    ],
    [
      'an undo list goes on after the call that fails',
      listed,
      [...happened('one.a', 'no one', 'NO-GO'), ...call('x', 'first', {}, 'failed'), ...call('y', 'second')],
      ['one.a is undone by the end without GO, which does not ask for it'],
    ],
    ['no decision', plain, happened('one.a'), ['it ended without a decision']],
  ])('%s', (_, made, record, faults) => {
    expect(judgeWayBack(made, record)).toEqual(faults);
  });
});
