import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { contained } from '../../activities/reach/contain.js';
import { tally, type Vote } from '../../model/people/approval.js';
import { judgeGate } from '../../model/judge/gate.js';
import { canonicalJson } from '../../model/json.js';
import { MESSAGE_NAMES } from '../../model/people/message.js';
import { parseMessage } from '../../model/people/parse-message.js';
import { loadRunbook } from '../../model/schema/load.js';
import { readStatement } from '../../model/signing/signing.js';
import { approval, gate } from '../kits/plans.js';
import { stepKinds } from '../../kinds/catalog.js';

const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
const runs = (few: number, many: number) => ({ seed: SEED, numRuns: process.env.GOLIVE_ALL ? many : few });
beforeAll(() => console.log(`GOLIVE_SEED=${SEED}`));

const small = `schema: 1
id: x
title: X
roles: { cto: CTO }
inputs: { n: { type: integer, default: 3 } }
phases:
  - id: one
    approval: { role: cto }
    steps:
      - { id: a, uses: http.check, with: { url: "http://127.0.0.1/\${{ inputs.n }}", expect: { status: 200 } } }
    gates: [{ id: g, value: steps.a.status, atLeast: 200 }]
`;

describe('fuzz', () => {
  test('the loader never throws, whatever a file says; what it takes has the same text twice', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        '-',
        '? ',
        '&a',
        '*a',
        '!!x',
        '|',
        '>',
        '"',
        "'",
        '#',
        '%',
        '---\n',
        '\t',
        '<<: ',
        '\0',
        '${{',
        '}}',
        '__proto__: ',
        '\u2028',
        '1e999',
        '.nan',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(small.length), fc.nat(12), piece), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const text = edits.reduce((sum, [at, cut, add]) => sum.slice(0, at) + add + sum.slice(at + cut), small);
          const { runbook, problems } = loadRunbook(text, 'fuzz.yaml', stepKinds);
          expect(runbook === undefined).toBe(problems !== undefined);
          for (const { line, column, message } of problems ?? [])
            expect([line > 0, column > 0, message.length > 0]).toEqual([true, true, true]);
          if (runbook)
            expect(canonicalJson(loadRunbook(text, 'fuzz.yaml', stepKinds).runbook)).toBe(canonicalJson(runbook));
          expect(({} as Record<string, unknown>).polluted).toBeUndefined();
        },
      ),
      runs(200, 20_000),
    );
  });

  test('messages of any shape are read or refused, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MESSAGE_NAMES),
        fc.anything({ withNullPrototype: true, withObjectString: true }),
        (name, raw) => {
          const parsed = parseMessage(name, raw);
          expect(typeof parsed.ok).toBe('boolean');
        },
      ),
      runs(1000, 100_000),
    );
  });

  test('statements of any text are read only in their canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.base64String(), (statement, signature) => {
        const read = readStatement({ statement, signature });
        if (read.ok) expect(canonicalJson(read.statement)).toBe(statement);
      }),
      runs(1000, 50_000),
    );
  });

  test('no path leads out of its folder', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '...', '~', '%2e%2e', 'a', 'a b', '\\', '\0', '//'),
      fc.string({ maxLength: 6 }),
    );
    const base = process.cwd();
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, absolute) => {
        const path = (absolute ? '/' : '') + parts.join('/');
        try {
          const found = contained(path, base, [base]);
          expect(found === base || found.startsWith(`${base}/`)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_INPUT' });
        }
      }),
      runs(500, 20_000),
    );
  });
});

describe('judgements fail closed', () => {
  const anyValue = fc.oneof(
    fc.double({ noNaN: false }),
    fc.constantFrom(null, Number.NaN, Infinity, -Infinity, 'x', '0.9', true, [1], {}),
  );
  test('a gate is go only for a finite number that holds', () => {
    fc.assert(
      fc.property(anyValue, fc.double({ noNaN: true, noDefaultInfinity: true }), (value, threshold) => {
        const steps = value === undefined ? {} : { a: { v: value } };
        const { verdict, sentence } = judgeGate(gate('g', 'steps.a.v', threshold), { steps } as never);
        const holds = typeof value === 'number' && Number.isFinite(value) && value >= threshold;
        expect([verdict === 'go', sentence.length > 0]).toEqual([holds, true]);
      }),
      runs(1000, 100_000),
    );
  });
  test('a sample that is too small or absent is never go', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constantFrom(null, Number.NaN, 'many')), (n) => {
        const { verdict } = judgeGate(gate('g', 'steps.a.v', 0, { n: 'steps.a.n', minN: 20 }), {
          steps: { a: { v: 1, n } },
        });
        expect(verdict === 'go').toBe(typeof n === 'number' && n >= 20);
      }),
      runs(300, 20_000),
    );
  });
  test('votes are counted alike in any order; one rejection closes, void ones count for nothing', () => {
    const vote = fc.record({
      role: fc.constantFrom('cto', 'sre'),
      by: fc.constantFrom('A', 'B', 'C', 'D'),
      vote: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
      status: fc.constantFrom('counted', 'counted', 'void'),
    });
    const rule = approval('x', {
      needs: [
        { role: 'cto', count: 2 },
        { role: 'sre', count: 1 },
      ],
    });
    fc.assert(
      fc.property(fc.uniqueArray(vote, { selector: ({ by }) => by, maxLength: 4 }), fc.nat(), (list, turn) => {
        const votes = list as unknown as Vote[];
        const { outcome } = tally(rule, votes);
        const counted = list.filter(({ status }) => status === 'counted');
        const yes = (role: string) => counted.filter((one) => one.role === role && one.vote === 'approve').length;
        const expected = counted.some((one) => one.vote === 'reject')
          ? 'rejected'
          : yes('cto') >= 2 && yes('sre') >= 1
            ? 'approved'
            : 'open';
        expect(outcome).toBe(expected);
        const at = votes.length === 0 ? 0 : turn % votes.length;
        expect(tally(rule, [...votes.slice(at), ...votes.slice(0, at)].toReversed()).outcome).toBe(outcome);
      }),
      runs(1000, 100_000),
    );
  });
});

test('the runbook that comes with golive has no problem', () => {
  expect(
    loadRunbook(readFileSync('runbooks/lcopilot-day3.yaml', 'utf8'), 'lcopilot-day3.yaml', stepKinds).problems,
  ).toBeUndefined();
});
