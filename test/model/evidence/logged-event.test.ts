import { describe, expect, test } from '@jest/globals';
import { EVENTS } from '../../../model/evidence/events.js';
import { eventsOf, readEvent } from '../../../model/evidence/logged-event.js';
import { MESSAGE_NAMES } from '../../../model/people/message.js';

describe('a line of a log', () => {
  const line = { seq: 3, prev: 'x', at: 'x', time: '2026-11-21T00:00:00Z', batch: 'b' };

  test('is read with the fields of its type, and the time that the workflow noted', () => {
    const facts = { decision: 'go', verdict: 'go', sentence: 'All hold.' };
    expect(readEvent(3, { ...line, type: 'decision', ...facts })).toEqual({
      seq: 3,
      type: 'decision',
      time: line.time,
      ...facts,
    });
  });

  test.each(['phase.begun', 'toString', 'constructor', ''])("of the type '%s' is of an unknown one", (type) => {
    expect(readEvent(3, { ...line, type, phase: 'smoke' })).toEqual({ seq: 3, type: 'unknown' });
  });

  test.each([
    ['text that is a number', { type: 'phase.started', phase: 7, attempt: 1 }, { attempt: 1 }],
    ['a number that is text', { type: 'phase.started', phase: 'a', attempt: '1' }, { phase: 'a' }],
    ['a word that is none of its words', { type: 'decision', decision: 'go', verdict: 'fine' }, { decision: 'go' }],
    ['an object that is a list', { type: 'step.done', step: 's', outputs: [1] }, { step: 's' }],
    ['a list that holds no objects', { type: 'step.done', step: 's', evidence: ['a'] }, { step: 's' }],
    ['null', { type: 'step.done', step: 's', outputs: null }, { step: 's' }],
    ['a field of another type', { type: 'phase.started', phase: 'a', outputs: {} }, { phase: 'a' }],
  ])('leaves out %s', (_, raw, wanted) => {
    expect(readEvent(0, raw)).toEqual({ seq: 0, type: raw.type, ...wanted });
  });
});

test('events of some types come in order', () => {
  const types = ['sealed', 'phase.started', 'decision', 'phase.passed', 'new', 'phase.started'];
  const events = types.map((type, seq) => readEvent(seq, { type }));
  expect(eventsOf(events, 'phase.started', 'phase.passed').map(({ seq }) => seq)).toEqual([1, 3, 5]);
});

test('every message has its event', () => {
  expect(Object.keys(EVENTS).filter((type) => type.startsWith('message.') && type !== 'message.refused')).toEqual(
    MESSAGE_NAMES.map((name) => `message.${name}`),
  );
});
