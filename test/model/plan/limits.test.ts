import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, tooLarge } from '../../../model/plan/limits.js';
import { gate, phase, plan, step } from '../../kits/plans.js';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

test('bytes are those of UTF-8', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const both = [value, text];
      return bytesOf(both) === Buffer.byteLength(JSON.stringify(both));
    }),
  );
  expect(bytesOf(undefined)).toBe(0);
});

describe('a plan that the server could not take is refused, with the number and what to do', () => {
  test('a runbook of usual size fits, also a thousand steps', () => {
    expect(tooLarge(plan([phase('one', [step('a')])]))).toBeUndefined();
    expect(
      tooLarge(
        plan([
          phase(
            'one',
            many(1000, (n) => step(`s${n}`)),
          ),
        ]),
      ),
    ).toBeUndefined();
  });

  test('too many gates', () => {
    const gates = many(20_000, (n) => gate(`g${n}`, 'steps.a.ok', 1));
    expect(tooLarge(plan([phase('one', [step('a')], { gates })]))).toEqual({
      message:
        'The plan is too large: with the results of 1 steps and 20000 gates it comes to about 9.9 MB, and the server takes 1.8 MB at once.',
      hint: expect.stringMatching(/^A gate over `each` counts once .* Split the runbook/),
    });
  });

  test('inputs of steps that are long', () => {
    const steps = many(100, (n) => step(`s${n}`, { with: { content: 'x'.repeat(20_000) } }));
    expect(tooLarge(plan([phase('one', steps)]))?.message).toMatch(/100 steps and 0 gates .* 2\.0 MB/);
  });

  test('so many pinned files that every step carries them into its history', () => {
    const files = Object.fromEntries(many(3000, (n) => [`/folder/file-${n}`, 'a'.repeat(64)]));
    expect(
      tooLarge(
        plan(
          [
            phase(
              'one',
              many(200, (n) => step(`s${n}`)),
            ),
          ],
          { files },
        ),
      )?.message,
    ).toMatch(/"one" is too large: its 200 steps make a history of about \d+\.\d MB, and the server takes 45\.0 MB\./);
  });
});
