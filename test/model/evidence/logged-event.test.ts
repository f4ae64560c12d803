import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EVENTS } from '../../../model/evidence/events.js';
import { eventsOf, oddField, readEvent } from '../../../model/evidence/logged-event.js';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../model/json.js';
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

  test.each([
    ['nothing, where all is as it must be', {}, undefined],
    ['nothing, where a field is left out that may be', { sentence: undefined }, undefined],
    ['nothing in a line of another version', { type: 'phase.begun', phase: 7 }, undefined],
    ['a field of another type', { attempt: '1' }, 'attempt'],
    ['a field that may be left out and is null', { sentence: null }, 'sentence'],
    ['a field that is missing', { phase: undefined }, 'phase'],
    ['a time that is none', { time: 7 }, 'time'],
  ])('is odd in %s', (_, change, field) => {
    const whole = { ...line, type: 'phase.passed', phase: 'a', attempt: 1, sentence: 'All hold.' };
    const changed = Object.entries<Json | undefined>({ ...whole, ...change }).flatMap(
      ([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]]),
    );
    expect(oddField(Object.fromEntries(changed))).toBe(field);
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

test('what earlier versions noted in their recorded histories is as the table says', () => {
  const folder = new URL('../../histories/', import.meta.url);
  const events: JsonObject[] = [];
  // Events lie in the inputs of activities, which a history holds as base64.
  const collect = (value: Json | undefined): void => {
    if (Array.isArray(value)) value.forEach(collect);
    if (!isJsonObject(value)) return;
    const { data, type, time } = value;
    if (typeof data === 'string' && 'metadata' in value) collect(parsed(Buffer.from(data, 'base64').toString()));
    else if (typeof type === 'string' && typeof time === 'string') events.push(value);
    else Object.values(value).forEach(collect);
  };
  for (const name of readdirSync(folder)) collect(parsed(readFileSync(new URL(name, folder), 'utf8')));
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(20);
  expect(events.filter((event) => readEvent(0, event).type === 'unknown' || oddField(event) !== undefined)).toEqual([]);
});

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
