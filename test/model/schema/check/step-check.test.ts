import { describe, expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const pause = { id: 'pause', uses: 'wait', with: { for: '1s' } };
const command = { id: 'act', uses: 'command.run', effect: 'once', with: { argv: ['deploy'] } };
const asks = { uses: 'http.check', with: { url: 'http://x/' }, done: 'it.status == 200', notDone: 'it.status == 404' };
const window = { every: '1m', within: '1h', consecutive: 3, green: 'it.status == 200' };
const looks = { id: 'watch', uses: 'http.check', with: { url: 'http://x/' } };
const of = (...steps: object[]): string[] => problemsInPhase({ steps });

test.each<[string, object[]]>([
  ['a value of a template', [pause, { ...pause, id: 'b', with: { for: '${{ steps.pause.waitedMs }}' } }]],
  [
    'a text with several',
    [{ id: 'w', uses: 'file.write', with: { path: 'x', content: '${{ run.id }} ${{ run.mode }}' } }],
  ],
  [
    'a step that may be skipped, read by one that may be too',
    [
      { ...pause, when: 'run.mode == "live"' },
      { ...pause, id: 'b', when: 'has(steps.pause) && steps.pause.waitedMs > 1' },
    ],
  ],
  ['a probe that looks', [{ ...command, probe: asks }]],
  ['a window of a step that looks', [{ ...looks, window }]],
])('%s is in order', (_name, steps) => {
  expect(of(...steps)).toEqual([]);
});

describe('members of an output that the input names', () => {
  const reads = (expression: string): object => ({ ...pause, id: 'b', when: expression });
  const ask = (wanted: unknown): object => ({
    id: 'h',
    uses: 'http.check',
    with: { url: 'http://x/', expect: wanted },
  });
  const figures = { id: 'm', uses: 'metrics.read', with: { file: 'm.json', values: { p95: { path: 'ms' } } } };
  test.each<[string, object, string]>([
    ['a figure', figures, 'steps.m.values.p95 > 1'],
    ['a value at a path', ask({ json: { '$.n': 1 } }), 'double(steps.h.json["$.n"]) > 1'],
    ['a path with an expression', ask({ json: { '$.${{ run.id }}': 1 } }), 'double(steps.h.json["$.n"]) > 1'],
  ])('%s can be read', (_, step, expression) => {
    expect(of(step, reads(expression))).toEqual([]);
  });
  test.each<[string, object, string, RegExp]>([
    ['a figure', figures, 'steps.m.values.p59 > 1', /unknown name 'p59' among the values of 'm'.*'p95'/],
    [
      'a path',
      ask({ json: { '$.s': 1 } }),
      'double(steps.h.json["$.n"]) > 1',
      /unknown name '\$\.n' among the json of 'h'/,
    ],
    ['any path', ask({ status: 200 }), 'double(steps.h.json["$.n"]) > 1', /unknown name '\$\.n'/],
    [
      'a count',
      { id: 'c', uses: 'jsonl.count', with: { file: 'x', counts: { bad: {} } } },
      'steps.c.counts.bda > 1',
      /'bda'/,
    ],
    [
      'a number',
      { id: 'n', uses: 'health.contract', with: { file: 'x', maxAge: '1h' } },
      'steps.n.numbers.x > 1',
      /'x'/,
    ],
  ])('%s that nobody names cannot', (_, step, expression, problem) => {
    expect(of(step, reads(expression))).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a step is refused', () => {
  test.each<[string, object[], RegExp]>([
    ['of an unknown kind', [{ id: 'a', uses: 'wiat' }], /no step kind 'wiat': Did you mean 'wait'/],
    ['without a needed input', [{ id: 'a', uses: 'wait' }], /'for' is missing/],
    [
      'that reads a later one',
      [
        { ...pause, when: 'steps.b.waitedMs > 1' },
        { ...pause, id: 'b' },
      ],
      /has not run yet/,
    ],
    [
      'that reads one that may be skipped',
      [
        { ...pause, when: 'run.mode == "live"' },
        { ...pause, id: 'b', with: { for: '${{ steps.pause.waitedMs }}' } },
      ],
      /has a `when`: it may be skipped/,
    ],
    ['whose condition is no condition', [{ ...pause, when: 'run.mode' }], /gives a string, but a boolean is wanted/],
    [
      'that joins text where a number is wanted',
      [{ id: 'a', uses: 'tcp.check', with: { host: 'x', port: '1${{ run.attempt }}' } }],
      /text is joined here/,
    ],
    ['whose expression does not end', [{ ...pause, with: { for: '${{ run.id' } }], /does not end with/],
    ['whose undo is of no kind', [{ ...pause, undo: [{ uses: 'wayt' }] }], /no step kind 'wayt'/],
    ['whose effect is not said', [{ ...command, effect: undefined }], /must say its effect/],
    [
      'that posts and does not say its effect',
      [{ id: 'p', uses: 'http.read', with: { url: 'http://x/', method: 'POST', values: { a: '$.a' } } }],
      /'http\.read' must say its effect/,
    ],
    [
      'whose effect is called weaker',
      [{ id: 'k', uses: 'process.kill', effect: 'none', with: { pid: 2, startedAt: 'x' } }],
      /has the effect once; it cannot be called none/,
    ],
    ['that is done once and retried', [{ ...command, retry: { attempts: 3 } }], /cannot be retried/],
    [
      'that probes and may be repeated',
      [{ ...command, effect: 'idempotent', probe: asks }],
      /settles only a step of effect once/,
    ],
    [
      'whose probe acts',
      [{ ...command, probe: { ...asks, uses: 'file.write', with: { path: 'x', content: 'y' } } }],
      /a probe must only look/,
    ],
    [
      'whose probe posts',
      [{ ...command, probe: { ...asks, with: { ...asks.with, method: 'POST' } } }],
      /a probe must only look: Use GET or HEAD/,
    ],
    ['whose guard is not there', [{ ...pause, guards: ['slow'] }], /no guard 'slow'/],
    [
      'sampled although it acts',
      [{ id: 'w', uses: 'file.write', with: { path: 'x', content: 'y' }, window: { ...window, green: 'true' } }],
      /only a step that looks can be sampled/,
    ],
    [
      'sampled and awaited',
      [{ ...looks, window, until: { every: '1s', within: '9s' } }],
      /with `window` has no `until`/,
    ],
    [
      'a window without a pause',
      [{ ...looks, window: { ...window, every: '0s' } }],
      /0s is too short: 100ms is the least/,
    ],
    ['a window without an end', [{ ...looks, window: { ...window, within: '0s' } }], /over before its first sample/],
    ['a step without time', [{ ...looks, timeout: '0s' }], /0s is too short: 1ms is the least/],
    [
      'a window that is over before its first sample',
      [{ ...looks, window: { ...window, within: '30s' } }],
      /over before its first sample, which is due after 1m/,
    ],
  ])('%s', (_name, steps, problem) => {
    expect(of(...steps)).toEqual([expect.stringMatching(problem)]);
  });
});

test('what a window offers is what it counted', () => {
  const gates = (value: string) =>
    problemsInPhase({ steps: [{ ...looks, window }], gates: [{ id: 'g', value, atLeast: 1 }] });
  expect(gates('steps.watch.green')).toEqual([]);
  expect(gates('steps.watch.status')).toEqual([expect.stringContaining("'status'")]);
});
