import { expect, test } from '@jest/globals';
import { StepError } from '../../../activities/step/step-error.js';
import { asStep } from '../../../kinds/shared/as-step.js';
import {
  accountText,
  addAccount,
  countUnreadable,
  nothingRead,
  refuseUnreadable,
} from '../../../kinds/shared/reading.js';

test('an account keeps the first problem, also when parts are added up', () => {
  const account = nothingRead();
  countUnreadable(account, 'line 2');
  countUnreadable(account, 'line 5');
  const whole = { looked: 3, unreadable: 0, leftOut: 1 };
  addAccount(whole, account);
  expect(whole).toEqual({ looked: 3, unreadable: 2, leftOut: 1, problem: 'line 2' });
  expect(accountText(whole)).toBe('; 2 unreadable (line 2); 1 left out');
  expect(accountText({ looked: 3, unreadable: 0, leftOut: 0 })).toBe('');
});

test('what may be unreadable is said; one more makes nothing known', () => {
  const account = { looked: 3, unreadable: 2, leftOut: 1, problem: 'line 2' };
  expect(() => refuseUnreadable(account, { atMost: 2 }, 'lines')).not.toThrow();
  expect(() => refuseUnreadable(account, { atMost: 1 }, 'lines')).toThrow(
    '2 of 6 lines cannot be read, and at most 1 may be, so nothing is known; the first: line 2.',
  );
});

test('what cannot be read is the failure of a step, with its code; a defect stays one', () => {
  const fail = (): unknown =>
    asStep(() => refuseUnreadable({ looked: 0, unreadable: 1, leftOut: 0 }, { atMost: 0 }, 'lines'));
  expect(fail).toThrow(StepError);
  expect(fail).toThrow(expect.objectContaining({ code: 'CHECK_FAILED' }));
  const defect = new TypeError('x');
  expect(() =>
    asStep(() => {
      throw defect;
    }),
  ).toThrow(defect);
});

test.each([
  ['lines of app.log', '1 of 1 line of app.log cannot be read'],
  ['answers', '1 of 1 answer cannot be read'],
  ['files that wait', '1 of 1 files that wait cannot be read'],
])('of one it is told as of one: %s', (what, text) => {
  expect(() => refuseUnreadable({ looked: 0, unreadable: 1, leftOut: 0 }, { atMost: 0 }, what)).toThrow(text);
});
