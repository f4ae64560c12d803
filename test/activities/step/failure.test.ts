import { describe, expect, test } from '@jest/globals';
import { failureOf, mayBeTriedAgain, type Retrying, toApplicationFailure } from '../../../activities/step/failure.js';
import { StepError } from '../../../activities/step/step-error.js';
import type { FailureCode } from '../../../model/failure.js';

describe('the failure of a step', () => {
  test('has a sentence, and what was said behind it', () => {
    const error = new StepError('COMMAND_FAILED', 'psql ended with code 1', { said: 'a\nb' });
    expect(failureOf(error)).toMatchObject({ message: 'psql ended with code 1', said: 'a\nb' });
  });

  test('a log that a kind pasted into the sentence goes behind it', () => {
    const failure = failureOf(new StepError('COMMAND_FAILED', 'It failed:\nline 1\nline 2'));
    expect(failure.message).toBe('It failed:');
    expect(failure.said).toContain('line 2');
  });

  test('secrets are taken out of both, before they are cut', () => {
    const error = new StepError('COMMAND_FAILED', 'code 1: hunter2', { said: `${'x'.repeat(690)}hunter2 tail` });
    const text = JSON.stringify(failureOf(error, (one) => one.replaceAll('hunter2', '[redacted]')));
    expect(text).not.toMatch(/hunter|unter2/);
  });

  test('the longest of all stays below what the server takes', () => {
    const long = '€'.repeat(5000);
    const facts = { a: 'x'.repeat(900) };
    const ref = { name: 'n'.repeat(40), path: 'p'.repeat(120), sha256: 'a'.repeat(64), bytes: 1 };
    const error = new StepError('COMMAND_FAILED', long, {
      said: long,
      hint: long,
      facts,
      evidence: [ref, ref, ref, ref],
    });
    const failure = failureOf(error);
    const sent = toApplicationFailure(failure);
    expect(Buffer.byteLength(JSON.stringify(failure)) + Buffer.byteLength(sent.message)).toBeLessThan(4096);
    expect(failure.said?.startsWith('…')).toBe(true);
    expect(failure.said).not.toContain('\uFFFD');
  });
});

const until = { everyMs: 1, withinMs: 1, consecutive: 1 };
const undoes = { phase: 'p', phaseAttempt: 1, step: 's', epoch: 1 };

describe('what is tried again', () => {
  test.each<[string, FailureCode, Retrying, boolean]>([
    ['a check', 'CHECK_FAILED', {}, true],
    ['a command', 'COMMAND_FAILED', {}, false],
    ['a command of a step that asks for more attempts', 'COMMAND_FAILED', { retryAsked: true }, true],
    ['a finding, of one that asks', 'EXPECTATION_FAILED', { retryAsked: true }, false],
    ['a bad input, of one that asks', 'BAD_INPUT', { retryAsked: true }, false],
    ['what took too long', 'TIMED_OUT', {}, true],
    ['what was looked at until its time was over', 'TIMED_OUT', { until }, false],
    ['the same of one that asks', 'TIMED_OUT', { until, retryAsked: true }, true],
    ['a command on the way back', 'COMMAND_FAILED', { undoes }, true],
    ['a bad input on the way back', 'BAD_INPUT', { undoes }, false],
    ['a sealed bundle on the way back', 'SEALED', { undoes }, false],
  ])('%s', (_, code, task, again) => {
    expect(mayBeTriedAgain(code, task)).toBe(again);
    expect(toApplicationFailure({ code, message: 'x' }, task).nonRetryable).toBe(!again);
  });
});

test.each([
  [undefined, undefined],
  [0, undefined],
  [-5, undefined],
  [1500, 1500],
  [1e15, 15 * 60_000],
])('whoever asks for %j ms is waited for %j: 0 would end the tries of the server', (retryAfterMs, pause) => {
  const failure = {
    code: 'CHECK_FAILED' as const,
    message: 'x',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  expect(toApplicationFailure(failure).nextRetryDelay).toBe(pause);
});
