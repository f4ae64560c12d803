import { describe, expect, test } from '@jest/globals';
import type { PhasePlan, Plan } from '../../model/plan/plan.js';
import type { Act, Happening } from '../kits/fake-world.js';
import { phase, plan, step } from '../kits/plans.js';
import { judgeBreak, judgeWayBack } from '../kits/way-back.js';

/** `one.a` does; `undo one.a` undoes; `one.a!` fails; `two.b#2` is of attempt 2; a leading `>` or trailing `<` only begins or ends. */
function act(text: string): Act[] {
  const [, from, undo, phaseId = '', id = '', fails, attempt, to] =
    /^(>?)(undo )?([\w-]+)\.(\w+)(!?)(?:#(\d))?(<?)$/.exec(text) ?? [];
  const deed = { phase: phaseId, attempt: Number(attempt ?? 1), step: id, epoch: 1 };
  const one = { deed, activity: undo ? 'undo fake.act' : 'fake.act', title: undo ? `undo ${id}` : id, undo: !!undo };
  const begins: Act[] = to ? [] : [{ ...one, what: 'began' }];
  return from ? begins : [...begins, { ...one, what: fails ? 'failed' : 'done' }];
}

/** `no two` says that a phase failed, `GO` and `NO-GO` what was decided; all else are acts. */
function happened(...texts: string[]): Happening[] {
  return texts.flatMap((text): Happening[] => {
    const verdict = ({ GO: 'go', 'NO-GO': 'no-go' } as const)[text];
    if (verdict) return [{ what: 'told', event: { type: 'decision', decision: 'go', verdict, sentence: '' } }];
    const failed = /^no (\w+)$/.exec(text)?.[1];
    return failed
      ? [{ what: 'told', event: { type: 'phase.failed', phase: failed, attempt: 1, sentence: '' } }]
      : act(text);
  });
}

const twoPhases = (onFail: Partial<PhasePlan['onFail']> = {}, more: Partial<Plan> = {}): Plan => {
  const two = phase('two', [step('b'), { parallel: [step('c'), step('d')] }]);
  return plan([phase('one', [step('a')]), { ...two, onFail: { ...two.onFail, ...onFail } }], more);
};
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

const call = (activity: string, title: string): Happening[] =>
  (['began', 'done'] as const).map((what) => ({
    what,
    deed: { phase: 'one', attempt: 1, step: 'a', epoch: 1 },
    activity,
    title: `undo ${title}`,
    undo: true,
  }));

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
    ['no decision', plain, happened('one.a'), ['it ended without a decision']],
  ])('%s', (_, made, record, faults) => {
    expect(judgeWayBack(made, record)).toEqual(faults);
  });
});

describe('where it failed', () => {
  const attempts = twoPhases({ attempts: 2 });
  test.each<[string, Plan, Happening[], string[]]>([
    ['there', plain, happened('one.a', 'two.b!'), []],
    [
      'what is beside it ends',
      plain,
      happened('one.a', 'two.b', 'two.c!', 'two.d'),
      ['two.c fails, and is not what was broken', 'two.b fails 0 times instead of 1'],
    ],
    ['once in each attempt', attempts, happened('one.a', 'two.b!', 'two.b!#2'), []],
    ['not tried again', attempts, happened('one.a', 'two.b!'), ['two.b fails 1 times instead of 2']],
    ['it goes on', plain, happened('one.a', 'two.b!', 'two.c'), ['two.c begins after two.b has failed']],
  ])('%s', (_, made, record, faults) => {
    expect(judgeBreak(made, record, 'two.b')).toEqual(faults);
  });
  test('nothing of a later phase begins', () => {
    expect(judgeBreak(plain, happened('one.a!', 'two.b'), 'one.a')).toEqual([
      'two.b begins, though one.a stopped the go-live',
    ]);
    expect(judgeBreak(plain, happened('one.a', 'two.b', 'two.c!', 'two.d'), 'two.c')).toEqual([]);
  });
});
