import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { scaffold } from '../../../client/runbook/scaffold.js';
import type { StepKind } from '../../../model/schema/format/kind.js';
import { loadRunbook } from '../../../model/schema/load.js';
import { kindsOnDisk } from '../../kits/all-kinds.js';

const BROKEN = 'test/runbooks-broken';
const GOOD = readdirSync('runbooks').filter((file) => file.endsWith('.yaml'));

let kinds: Record<string, StepKind>;
beforeAll(async () => {
  kinds = await kindsOnDisk();
});

function minimal(more: Record<string, unknown> = {}): string {
  const phase = { id: 'one', owner: 'lead', steps: [{ id: 'pause', uses: 'wait', with: { for: '1s' } }] };
  return stringify({ schema: 1, id: 'test', title: 'Test', roles: { lead: 'Lead' }, phases: [phase], ...more });
}

function found(text: string) {
  return (loadRunbook(text, 'test.yaml', kinds).problems ?? []).map(
    ({ line, message, hint }) => `${line} ${message} ${hint ?? ''}`,
  );
}

test.each<string>(GOOD)('runbooks/%s is valid', (file) => {
  expect(found(readFileSync(`runbooks/${file}`, 'utf8'))).toEqual([]);
});

test('the scaffold is valid', () => {
  expect(found(scaffold('shop-release'))).toEqual([]);
});

describe('broken runbooks', () => {
  test.each<string>(readdirSync(BROKEN))('%s', (file) => {
    const text = readFileSync(`${BROKEN}/${file}`, 'utf8');
    const expected = /^# expect: (.*)\n/.exec(text)?.[1]?.split(' ; ');
    if (!expected) throw new Error('line 1 must say `# expect: <line> <words>`');
    const problems = loadRunbook(text, file, kinds).problems ?? [];
    const lines = expected.map((one) => Number(one.slice(0, one.indexOf(' '))));
    expect(problems.map(({ line }) => line)).toEqual(lines);
    expected.forEach((one, index) => {
      const problem = problems[index];
      expect(`${problem?.message} ${problem?.hint ?? ''}`).toContain(one.slice(one.indexOf(' ') + 1));
      expect(problem?.file).toBe(file);
      expect(problem?.frame).toMatch(new RegExp(`^> +${problem?.line} \\|`, 'm'));
      expect(problem?.frame).toContain('^');
    });
  });
  test('there are enough of them', () => {
    expect(readdirSync(BROKEN).length).toBeGreaterThanOrEqual(25);
  });
});

describe('limits', () => {
  test.each<[string, () => string, RegExp]>([
    ['size', () => minimal({ about: 'x'.repeat(1024 * 1024) }), /larger than 1 MiB/],
    ['depth', () => `${minimal()}notices: ${'['.repeat(70)}${']'.repeat(70)}\n`, /nested more than 32/],
    [
      'steps',
      () => {
        const steps = (count: number) =>
          Array.from({ length: count }, (_, i) => ({ id: `s${i}`, uses: 'wait', with: { for: '1s' } }));
        return minimal({
          phases: [
            { id: 'a', steps: steps(1500) },
            { id: 'b', steps: steps(600) },
          ],
        });
      },
      /2100 steps, at most 2000/,
    ],
    ['several documents', () => `${minimal()}---\n${minimal()}`, /further ---/],
    ['no text', () => '', /must be a map/],
    ['a list', () => '- a\n', /must be a map/],
    ['control characters in a title', () => minimal({ title: 'a\u0007b' }), /no control characters/],
    ['prototype names', () => `${minimal()}__proto__: { a: 1 }\n`, /the name '__proto__' cannot be used/],
  ])('%s', (_, text, message) => {
    expect(found(text()).join('\n')).toMatch(message);
  });
  test('never more than 100 problems, and the rest is counted', () => {
    const steps = Array.from({ length: 150 }, (_, i) => ({ id: `s${i}`, uses: 'wiat' }));
    const problems =
      loadRunbook(minimal({ phases: [{ id: 'a', owner: 'lead', steps }] }), 'test.yaml', kinds).problems ?? [];
    expect(problems).toHaveLength(100);
    expect(problems[99]?.hint).toBe('And 50 further problems.');
  });
});

test('a runbook of 300 steps is checked within the time of a keystroke', () => {
  const phases = Array.from({ length: 30 }, (_, p) => ({
    id: `p${p}`,
    owner: 'lead',
    steps: Array.from({ length: 10 }, (_step, s) => ({
      id: `s${s}`,
      uses: 'http.check',
      with: { url: `http://x/\${{ run.id }}/${s}` },
    })),
    gates: Array.from({ length: 10 }, (_gate, s) => ({ id: `g${s}`, value: `steps.s${s}.ms`, atMost: 500 })),
  }));
  const text = minimal({ phases });
  const begun = performance.now();
  expect(found(text)).toEqual([]);
  // Bounds what grows with the square of its steps; how fast it is stands in the benchmark.
  expect(performance.now() - begun).toBeLessThan(20_000);
});

describe('mutated text gives a runbook or problems with places, and never throws', () => {
  const seed = Number(process.env.GOLIVE_SEED ?? Date.now() % 2 ** 31);
  const junk = fc.constantFrom(
    '',
    ':',
    '- ',
    '{',
    ']',
    '"',
    '*a',
    '&a ',
    '!x ',
    '${{',
    '}}',
    '|',
    '>',
    '\t',
    '\u0000',
    '…',
    'null',
    '<<: 1',
    '- - -',
    '? ',
    '%YAML 9',
    '---',
  );
  const lines = 60;
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(3000), length: fc.nat(60) }),
    fc.record({ kind: fc.constant('put' as const), at: fc.nat(3000), junk }),
    fc.record({ kind: fc.constant('swap' as const), a: fc.nat(lines), b: fc.nat(lines) }),
    fc.record({ kind: fc.constant('drop' as const), a: fc.nat(lines) }),
  );
  type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;
  const apply = (before: string, m: Mutation): string => {
    if (m.kind === 'cut') return before.slice(0, m.at) + before.slice(m.at + m.length);
    if (m.kind === 'put') return before.slice(0, m.at) + m.junk + before.slice(m.at);
    const parts = before.split('\n');
    if (m.kind === 'drop') parts.splice(m.a, 1);
    else [parts[m.a], parts[m.b]] = [parts[m.b] ?? '', parts[m.a] ?? ''];
    return parts.join('\n');
  };
  test.each([
    ['the scaffold', () => scaffold('shop-release'), process.env.GOLIVE_ALL ? 300 : 100],
    ['LCopilot', () => readFileSync('runbooks/lcopilot-day3.yaml', 'utf8'), 30],
  ])(
    `%s, seed ${seed} (GOLIVE_SEED repeats it)`,
    (_name, read, numRuns) => {
      const text = read();
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
          const mutated = mutations.reduce(apply, text);
          const { runbook, problems } = loadRunbook(mutated, 'mutated.yaml', kinds);
          if (runbook) return;
          expect(problems?.length).toBeGreaterThan(0);
          const last = mutated.split('\n').length + 1;
          for (const { line, column, message } of problems ?? []) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(last);
            expect(column).toBeGreaterThanOrEqual(1);
            expect(message).not.toBe('');
          }
        }),
        { numRuns, seed, endOnFailure: true },
      );
    },
    120_000,
  );
});
