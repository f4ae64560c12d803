import { expect, test } from '@jest/globals';
import { ANSWER_VERBS } from '../../../client/people/verbs.js';
import { buildProgram } from '../../../client/program.js';
import { MESSAGE_NAMES, MESSAGES } from '../../../model/people/message.js';
import { parseMessage } from '../../../model/people/parse-message.js';

const program = buildProgram();
const given = { as: 'cto', by: 'Ada', reason: 'seen', note: 'seen', until: '8h' };

test.each(MESSAGE_NAMES.flatMap((name) => MESSAGES[name].verbs.map((verb) => [verb, name] as const)))(
  '`golive %s` sends a %s that is taken',
  async (verb, name) => {
    const command = program.commands.find((candidate) => candidate.name() === verb);
    expect(command?.registeredArguments.map((argument) => argument.name())[0]).toBe('target');
    const draft = await ANSWER_VERBS[verb].draft('full.window', given);
    const whole = JSON.parse(JSON.stringify(draft)) as unknown;
    expect(parseMessage(name, whole)).toEqual({ ok: true, message: whole });
    expect(ANSWER_VERBS[verb].message).toBe(name);
  },
);

test('`golive retry --phase` takes the whole phase again', async () => {
  expect(await ANSWER_VERBS.retry.draft(undefined, { ...given, phase: true })).toMatchObject({ choice: 'retry-phase' });
});

test('what an answer is about comes after the target', async () => {
  expect(await ANSWER_VERBS.skip.draft('load', given)).toMatchObject({ choice: 'skip', step: 'load' });
  expect(await ANSWER_VERBS.rollback.draft('R2', given)).toMatchObject({ choice: 'rollback', rollback: 'R2' });
});

test('`golive abort --keep` takes nothing back', async () => {
  expect(await ANSWER_VERBS.abort.draft(undefined, { ...given, keep: true })).toMatchObject({ keep: 'yes' });
  expect(await ANSWER_VERBS.abort.draft(undefined, given)).not.toHaveProperty('keep');
});
