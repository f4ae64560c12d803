import { describe, expect, test } from '@jest/globals';
import { CHOICES, MESSAGE_NAMES, MESSAGES, needsReason, SIGNED_FIELDS } from '../../../model/people/message.js';

describe('the table of messages', () => {
  test.each(MESSAGE_NAMES)('%s names a person, and takes a signature', (name) => {
    const { fields } = MESSAGES[name];
    expect(fields['by']).toMatchObject({ needed: true });
    for (const field of Object.keys(SIGNED_FIELDS)) expect(Object.hasOwn(fields, field)).toBe(true);
  });

  test.each(MESSAGE_NAMES)('%s answers a question by a field that it has', (name) => {
    const { answers, fields } = MESSAGES[name];
    if (answers?.named !== undefined) expect(fields[answers.named]).toMatchObject({ needed: true });
  });

  test('each verb sends one message', () => {
    const verbs = MESSAGE_NAMES.flatMap((name) => [...MESSAGES[name].verbs]);
    expect(new Set(verbs).size).toBe(verbs.length);
  });

  test('what stands in for a thing unseen needs a reason', () => {
    expect(CHOICES.filter(needsReason)).toEqual(['done', 'skip', 'continue']);
  });
});
