import { describe, expect, test } from '@jest/globals';
import { parseBody } from '../../../lab/lc/api/body.js';
import { readConfig, shown } from '../../../lab/lc/api/config.js';
import { retryAfter } from '../../../lab/lc/api/limiter.js';

const BASE = { DATABASE_URL: 'postgres://postgres:hidden@127.0.0.1:1/x', REDIS_URL: 'redis://127.0.0.1:2' };

describe('configuration', () => {
  test('what is shown holds no secret', () => {
    const text = JSON.stringify(shown(readConfig({ ...BASE, DAY3_API_TOKEN: 'very-secret' })));
    expect(text).not.toContain('hidden');
    expect(text).not.toContain('very-secret');
  });
  test.each([
    [{ REDIS_URL: 'redis://x' }, 'DATABASE_URL'],
    [{ ...BASE, USE_STUBS: 'perhaps' }, 'USE_STUBS'],
    [{ ...BASE, RATE_LIMIT_MAX: 'many' }, 'RATE_LIMIT_MAX'],
    [{ ...BASE, RATE_LIMIT_MODE: 'kind' }, 'RATE_LIMIT_MODE'],
  ])('%j names the variable', (env, name) => {
    expect(() => readConfig(env)).toThrow(name);
  });
  test('an empty list of types means all', () => {
    expect(readConfig({ ...BASE, DOCUMENT_TYPES: '' }).documentTypes).toContain('letter_of_credit');
    expect(readConfig({ ...BASE, DOCUMENT_TYPES: 'a, b' }).documentTypes).toEqual(['a', 'b']);
  });
});

describe('a request body', () => {
  const document = { name: 'a.txt', text: 'x' };
  test.each([
    [undefined],
    [[]],
    [{ case_id: 'a' }],
    [{ case_id: '', documents: [document] }],
    [{ case_id: 'a', documents: [] }],
    [{ case_id: 'a', documents: [{ name: 'a' }] }],
    [{ case_id: 'a', documents: [{ ...document, type: 3 }] }],
    [{ case_id: 'a', documents: [document], options: 3 }],
  ])('%j is refused', (body) => {
    expect(parseBody(body).ok).toBe(false);
  });
  test('a right one is read', () => {
    expect(parseBody({ case_id: 'a', documents: [document], options: {} })).toMatchObject({
      ok: true,
      value: { caseId: 'a' },
    });
  });
});

test('Retry-After is whole seconds from one second on, exact below', () => {
  expect([1, 33, 999, 1000, 1001].map(retryAfter)).toEqual(['0.001', '0.033', '0.999', '1', '2']);
});
