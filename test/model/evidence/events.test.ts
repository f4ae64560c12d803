import { expect, test } from '@jest/globals';
import { EVENTS, type EventType, type Fields } from '../../../model/evidence/events.js';
import { FAILURES } from '../../../model/failure.js';
import { VERDICTS } from '../../../model/verdict.js';

const types = Object.keys(EVENTS) as EventType[];
const fieldsOf = (type: EventType): Fields => EVENTS[type].fields;

// The reader of a log gives these to every line; a field of the same name would be lost.
test.each(types)('%s says nothing under a name that the log itself uses', (type) => {
  const own = Object.keys(fieldsOf(type));
  expect(own.filter((name) => ['seq', 'type', 'time', 'at', 'prev', 'batch'].includes(name))).toEqual([]);
});

test('what happens to an attempt, a step or an undo names which one', () => {
  const lacking = (prefix: string, names: string[]): string[] =>
    types.filter(
      (type) => type.startsWith(prefix) && names.some((name) => fieldsOf(type)[name]?.optional !== undefined),
    );
  for (const type of types.filter((one) => /^(step|undo)\./.test(one)))
    expect(Object.keys(fieldsOf(type))).toEqual(expect.arrayContaining(['phase', 'phaseAttempt', 'step', 'epoch']));
  // A phase is omitted or skipped before it has an attempt.
  const before = ['phase.omitted', 'phase.skipped'];
  for (const type of types.filter((one) => one.startsWith('phase.') && !before.includes(one)))
    expect(Object.keys(fieldsOf(type))).toEqual(expect.arrayContaining(['phase', 'attempt']));
  expect(lacking('step.', ['phase', 'step', 'epoch'])).toEqual([]);
});

test('a failure has a code of the catalogue, a decision a verdict of the four', () => {
  const { code } = EVENTS['step.failed'].fields;
  expect(Object.keys(FAILURES).every((one) => code.is(one))).toBe(true);
  expect(code.is('FINE')).toBe(false);
  const { verdict } = EVENTS.decision.fields;
  expect(VERDICTS.every((one) => verdict.is(one))).toBe(true);
  expect(verdict.is('none')).toBe(false);
  expect(EVENTS.sealed.fields.verdict.is('none')).toBe(true);
});
