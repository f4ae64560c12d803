import { describe, expect, test } from '@jest/globals';
import {
  BREAK_GLASS_NAMESPACE,
  type Expected,
  NAMESPACE,
  namespaceOf,
  readStatement,
  type SigningPlan,
  STATEMENT_TYPE,
  type Statement,
  statementProblem,
  statementText,
  timeProblem,
} from '../../../model/signing/signing.js';

const NOW = Date.parse('2026-11-21T22:00:00Z');
const signature = 'AAAA';
const good: Statement = {
  type: STATEMENT_TYPE,
  goLive: 'shop/c1',
  plan: 'p'.repeat(64),
  message: 'approve',
  about: 'deployment',
  digest: 'd'.repeat(64),
  nonce: 'n1',
  role: 'cto',
  by: 'Ada',
  principal: 'ada@example.org',
  meaning: 'Deploy?',
  issuedAt: '2026-11-21T21:59:00.000Z',
  expiresAt: '2026-11-22T21:59:00.000Z',
};
const signing: SigningPlan = {
  level: 'signed',
  signers: '',
  principals: { Ada: 'ada@example.org', Bo: 'bo@example.org' },
};
const { type: _type, issuedAt: _from, expiresAt: _to, principal: _who, ...expected } = good;
const problemOf = (changes: Partial<Statement>, wanted: Partial<Expected> = {}, now = NOW) =>
  statementProblem({ ...good, ...changes }, { ...expected, ...wanted }, signing, now);

describe('a statement is read strictly', () => {
  const text = statementText(good);
  test('its own text comes back', () => {
    expect(readStatement({ statement: text, signature })).toEqual({ ok: true, statement: good });
  });
  test.each([
    ['no JSON', 'approve'],
    ['an array', '[]'],
    ['a blank inside', text.replace(':', ': ')],
    ['a blank after', `${text} `],
    ['keys in another order', JSON.stringify(good)],
    ['a key twice', text.replace('{', '{"about":"other",')],
    ['an unknown field', statementText({ ...good, extra: 'x' } as Statement)],
    ['__proto__', text.replace('{', '{"__proto__":"x",')],
    ['another type', statementText({ ...good, type: 'git' as never })],
    ['a number for a text', text.replace('"n1"', '1')],
    ['a missing field', statementText({ ...good, nonce: undefined } as never)],
    ['no words for a meaning', text.replace('"Deploy?"', 'null')],
    ['words for break-glass', statementText({ ...good, breakGlass: 'yes' as never })],
    ['break-glass false', statementText({ ...good, breakGlass: false as never })],
    ['no proper time', statementText({ ...good, issuedAt: 'yesterday' })],
    ['an escape for a letter', text.replace('Ada', '\\u0041da')],
    ['too long', statementText({ ...good, reason: 'x'.repeat(7000) })],
  ])('%s is refused', (_what, statement) => {
    expect(readStatement({ statement, signature }).ok).toBe(false);
  });
  test('what is of the wrong type is named', () => {
    for (const [from, to, name] of [
      ['"cto"', '5', 'role'],
      ['"Deploy?"', '["Deploy?"]', 'meaning'],
    ] as const) {
      const problem = readStatement({ statement: text.replace(from, to), signature });
      expect(JSON.stringify(problem)).toContain(`'${name}' is missing or of the wrong type`);
    }
  });
  test.each(['QUI=', 'QQ==', 'QUJD'])('signature %j is in its one spelling', (whole) => {
    expect(readStatement({ statement: text, signature: whole }).ok).toBe(true);
  });
  test.each(['', 'AAA', 'QR==', 'QUJ=', 'QQ=Q', 'Q*Q=', 'QQ==\n', 'AAA-', 'A'.repeat(9000)])(
    'signature %j is refused',
    (broken) => {
      expect(readStatement({ statement: text, signature: broken }).ok).toBe(false);
    },
  );
});

describe('a statement counts only for what it says', () => {
  test('as it should be', () => expect(problemOf({})).toBeUndefined());
  test.each([
    [{ goLive: 'shop/c2' }, 'another go-live'],
    [{ plan: 'x' }, 'another plan'],
    [{ message: 'reject' as const }, 'another kind of message'],
    [{ about: 'local-go' }, 'another question'],
    [{ digest: 'x' }, 'changed since'],
    [{ nonce: 'n0' }, 'earlier asking'],
    [{ role: 'qa' }, "differ in 'role'"],
    [{ by: 'Bo' }, "differ in 'by'"],
    [{ meaning: 'Have lunch?' }, "differ in 'meaning'"],
    [{ reason: 'because' }, "differ in 'reason'"],
    [{ breakGlass: true as const }, "differ in 'breakGlass'"],
    [{ principal: 'bo@example.org' }, 'signs as ada@example.org'],
    [{ issuedAt: '2026-11-21T22:10:00Z' }, 'in the future'],
    [{ expiresAt: '2026-11-21T22:00:00Z' }, 'expired'],
    [{ expiresAt: '2026-12-21T22:00:00Z' }, 'longer than a week'],
  ] as [Partial<Statement>, string][])('%j is refused', (changes, why) => {
    expect(problemOf(changes)).toContain(why);
  });
  test('a person without a principal cannot sign', () => {
    expect(problemOf({ by: 'Cy' }, { by: 'Cy' })).toContain('no principal');
    expect(problemOf({ by: 'constructor' }, { by: 'constructor' })).toContain('no principal');
  });
  test('a clock two minutes ahead is taken, more is not', () => {
    expect(timeProblem({ ...good, issuedAt: '2026-11-21T22:02:00Z' }, NOW)).toBeUndefined();
    expect(timeProblem({ ...good, issuedAt: '2026-11-21T22:02:01Z' }, NOW)).toBeDefined();
  });
  test('the emergency has a namespace of its own', () => {
    expect(namespaceOf({})).toBe(NAMESPACE);
    expect(namespaceOf({ breakGlass: true })).toBe(BREAK_GLASS_NAMESPACE);
  });
});
