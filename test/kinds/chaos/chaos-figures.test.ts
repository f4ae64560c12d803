import { describe, expect, test } from '@jest/globals';
import { chaosFigures, isSteady, type Judging, settledOf } from '../../../kinds/chaos/chaos-figures.js';
import type { Course, Sample } from '../../../kinds/chaos/course.js';

const judging: Judging = {
  steady: { url: 'http://127.0.0.1/', headers: {}, within: 50 },
  every: 100,
  samples: 3,
  rounds: 1,
  recoverWithin: 10_000,
  judge: true,
};

/** A round, a sample each 100 ms: `+` steady, `-` not, `s` too slow, `.` missed. */
function course(text: string, more: { lifted?: number; pid?: number; restored?: true; round?: number } = {}): Course {
  const { lifted = 550, round = 1, pid, restored } = more;
  const place = { round, attempt: 1 };
  const samples = [...text].flatMap((sign, n): Sample[] =>
    sign === '.' ? [] : [{ ...place, n, ms: n * 100, tookMs: sign === 's' ? 60 : 10, code: sign === '-' ? 503 : 200 }],
  );
  const facts = { ...(pid === undefined ? {} : { pid }), ...(restored ? { restored } : {}) };
  return {
    ...place,
    samples,
    marks: {
      begun: { ...place, mark: 'begun', ms: 0 },
      steady: { ...place, mark: 'steady', ms: 240, upTo: 2 },
      injecting: { ...place, mark: 'injecting', ms: 250 },
      injected: { ...place, mark: 'injected', ms: 260 },
      lifted: { ...place, mark: 'lifted', ms: lifted, facts },
      ended: { ...place, mark: 'ended', ms: text.length * 100, upTo: text.length - 1 },
    },
  };
}
const figures = (...courses: Course[]) => chaosFigures(courses, { ...judging, rounds: courses.length });

describe('a recovery', () => {
  test('goes from the fault to the end of the first sample of the steady run that held to the end', () => {
    // Slot 7 ends at 710; the fault began at 250, and was out at 550.
    expect(figures(course('+++----+++'))).toMatchObject({
      recovered: 1,
      recoveryMs: 460,
      afterLiftMs: 160,
      impact: 1,
    });
  });

  test('does not count a steady sample that another unsteady one follows', () => {
    expect(figures(course('+++-++-+++'))).toMatchObject({ recoveryMs: 460, impact: 1 / 3 });
  });

  test('is none where the fault was not seen, and from its respawn for a process', () => {
    expect(figures(course('+++++++++'))).toMatchObject({ recovered: 1, noticed: 0, recoveryMs: 0, afterLiftMs: 0 });
    expect(figures(course('+++++++++', { pid: 7 }))).toMatchObject({ noticed: 0, recoveryMs: 300, afterLiftMs: 0 });
  });

  test('does not end before the process is back, and is none where golive started it', () => {
    expect(figures(course('+++-+++++', { pid: 7 }))).toMatchObject({ recoveryMs: 300 });
    const restored = figures(course('+++---+++', { restored: true }));
    expect(restored).toMatchObject({ recovered: 0 });
    expect(restored).not.toHaveProperty('recoveryMs');
  });

  test('is none where too few steady samples were begun since it was out', () => {
    expect(figures(course('+++----++'))).toMatchObject({ recovered: 0, ran: 1 });
    expect(figures(course('+++--+++++', { lifted: 850 }))).toMatchObject({ recovered: 0 });
  });

  test('an answer that is late is not steady', () => {
    expect(figures(course('+++ssss+++'))).toMatchObject({ recovered: 1, recoveryMs: 460 });
  });

  test('the worst round counts', () => {
    const both = figures(course('+++---+++'), course('+++------+++', { round: 2 }));
    expect(both).toMatchObject({ recovered: 2, recoveryMs: 660, noticed: 2 });
    expect(both.each.map(({ recoveryMs }) => recoveryMs)).toEqual([360, 660]);
  });
});

describe('what is not whole or void is no experiment', () => {
  test.each<[string, () => unknown, string]>([
    ['not steady before', () => figures(course('+-+---+++')), 'not steady before the fault'],
    [
      'a round is missing',
      () => chaosFigures([course('+++---+++')], { ...judging, rounds: 2 }),
      '2 rounds were asked for',
    ],
    [
      'a round after one that did not recover',
      () => figures(course('+++------'), course('+++---+++', { round: 2 })),
      'follows one that did not recover',
    ],
    ['a round twice', () => figures(course('+++---+++'), course('+++---+++')), 'does not follow the one before'],
    ['samples that were missed', () => figures(course('+++.....-+++')), 'missed 5 of 12 samples'],
  ])('%s', (_, compute, words) => {
    expect(compute).toThrow(words);
  });
});

test('what is settled ends at the first look that is under way', () => {
  const { samples } = course('++++');
  const of = (ns: readonly number[], missed: readonly number[] = []) =>
    settledOf(
      samples.filter(({ n }) => ns.includes(n)),
      new Set(missed),
    ).map(({ n }) => n);
  expect(of([0, 1, 3])).toEqual([0, 1]);
  expect(of([0, 1, 3], [2])).toEqual([0, 1, 3]);
  expect(of([1, 2, 3])).toEqual([]);
});

test.each([
  [{ code: 200, tookMs: 50 }, true],
  [{ code: 200, tookMs: 51 }, false],
  [{ code: 302, tookMs: 1 }, false],
  [{ code: null, tookMs: 1 }, false],
  [{ code: 200, tookMs: 1, found: false }, false],
])('%j is steady: %s', (seen, steady) => {
  expect(isSteady(seen, judging.steady)).toBe(steady);
});
