import { expect, test } from '@jest/globals';
import { wouldBe } from '../../../client/people/confirm-abort.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { abortText } from '../../../model/state/board.js';

test('what an abort does is not told as done before it is accepted', () => {
  const text = abortText({
    toUndo: [addressText({ phase: asId('deploy'), part: asId('flag') })],
    phases: [],
    rollbacks: [],
  });
  expect(wouldBe(text)).toBe(
    'Nothing is stopped yet. If the abort is accepted: the go-live stops; undone, newest first: deploy.flag.',
  );
});
