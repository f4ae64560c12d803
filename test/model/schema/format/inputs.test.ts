import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../model/json.js';
import { type InputSpec, parseInput, showInput } from '../../../../model/schema/format/inputs.js';

describe('an input is read by its type', () => {
  test.each<[InputSpec, Json, Json]>([
    [{ type: 'integer' }, '3', 3],
    [{ type: 'number', min: 0.5 }, 0.5, 0.5],
    [{ type: 'boolean' }, 'false', false],
    [{ type: 'duration' }, '1m30s', 90_000],
    [{ type: 'duration', min: '1s' }, 1000, 1000],
    [{ type: 'url' }, 'http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    [{ type: 'string', pattern: '[a-z]+' }, 'abc', 'abc'],
    [{ type: 'paths' }, ['a.log', '/b.log'], ['a.log', '/b.log']],
    [{ type: 'paths' }, '["a.log","b.log"]', ['a.log', 'b.log']],
    [{ type: 'paths' }, 'a, b.log', ['a, b.log']],
    [{ type: 'paths' }, [], []],
    [{ type: 'json' }, ' [{"name": "retry", "least": 3}]', [{ name: 'retry', least: 3 }]],
    [{ type: 'json' }, { api: 120 }, { api: 120 }],
    [{ type: 'json' }, 'golive', 'golive'],
    [{ type: 'json' }, null, null],
    [{ type: 'json' }, '{"a": ["line\\nline", 0.1, -7]}', { a: ['line\nline', 0.1, -7] }],
    [{ type: 'paths', pattern: '/srv/.*' }, ['/srv/a', '/srv/b'], ['/srv/a', '/srv/b']],
    [{ type: 'json', pattern: '[a-z]+' }, 'golive', 'golive'],
    [{ type: 'json', choices: ['load', 'chaos'] }, '["chaos"]', ['chaos']],
    [{ type: 'string', choices: ['load', 'chaos'] }, 'load', 'load'],
  ])('%j takes %j', (spec, raw, value) => {
    expect(parseInput(spec, raw, false)).toEqual({ ok: true, value });
  });

  test.each<[InputSpec, Json, string]>([
    [{ type: 'integer' }, '3.5', 'is not a whole number: 3.5'],
    [{ type: 'number' }, ' ', 'is not a number: " "'],
    [{ type: 'boolean' }, 'yes', 'is neither true nor false: "yes"'],
    [{ type: 'duration' }, '3', 'is no duration such as 500ms, 3s or 1h30m: "3"'],
    [{ type: 'duration', max: '1m' }, '2m', 'is 2m, but the most is 1m'],
    [{ type: 'url' }, 'shop', 'is no URL: "shop"'],
    [{ type: 'path' }, '', 'is empty'],
    [{ type: 'json' }, ['x'.repeat(20_000)], 'has 20004 characters of JSON; 16000 are taken'],
    [{ type: 'string' }, 'a\u0007', 'holds control characters'],
    [{ type: 'string', min: 3 }, 'ab', 'has 2 characters, but the least is 3'],
    [{ type: 'paths' }, 3, 'is no list of paths: 3'],
    [{ type: 'paths' }, { a: 'b' }, 'is no list of paths: {"a":"b"}'],
    [{ type: 'paths' }, ['a', ''], ': its path 2 is empty'],
    [{ type: 'paths' }, '["a",7]', ': its path 2 is not a text: 7'],
    [{ type: 'paths', min: 1 }, [], 'has 0 paths, but the least is 1'],
    [{ type: 'paths' }, Array.from({ length: 51 }, () => 'a'), 'has 51 paths, and 50 are the most'],
    [{ type: 'paths', pattern: '/srv/.*' }, ['/srv/a', '/etc'], 'does not match /srv/.*: "/etc"'],
    [{ type: 'json', pattern: '[a-z]+' }, { a: 1 }, 'does not match [a-z]+: {"a":1}'],
    [{ type: 'json' }, '{"a": {"b": 1, "b": 2}}', 'has a name twice in one map'],
    [
      { type: 'json' },
      '{"a": 9007199254740993}',
      'holds 9007199254740992, which is larger than a number is exact to: quote it',
    ],
    [{ type: 'json' }, '[1e999]', 'holds Infinity, which is larger than a number is exact to: quote it'],
    [{ type: 'json' }, { id: 2 ** 60 }, `holds ${2 ** 60}, which is larger than a number is exact to: quote it`],
    [{ type: 'json' }, `${'['.repeat(7000)}${']'.repeat(7000)}`, 'is nested deeper than 32'],
    [{ type: 'json' }, '{"__proto__": 1}', "holds the name '__proto__', which cannot be used"],
    [{ type: 'json' }, ['a\u202eb'], 'holds characters that nobody sees'],
    [{ type: 'json' }, { 'a\ud800': 1 }, 'holds characters that nobody sees'],
    [{ type: 'json', choices: ['load', 'chaos'] }, [], 'names nothing: it names at least one of load, chaos'],
    [{ type: 'json', choices: ['load', 'chaos'] }, ['laod'], 'names "laod", which is none of load, chaos'],
    [{ type: 'json', choices: ['load', 'chaos'] }, ['load', 7], 'names 7, which is none of load, chaos'],
    [{ type: 'json', choices: ['load', 'chaos'] }, { load: 1 }, 'names {"load":1}, which is none of load, chaos'],
    [{ type: 'json', choices: ['load', 'chaos'] }, ['load', 'load'], 'names "load" twice'],
    [{ type: 'string', choices: ['load', 'chaos'] }, 'lo', 'names "lo", which is none of load, chaos'],
    [{ type: 'string', pattern: 'a|b' }, 'ab', 'does not match a|b: "ab"'],
  ])('%j refuses %j: %s', (spec, raw, message) => {
    expect(parseInput(spec, raw, false)).toEqual({ ok: false, message });
  });
});

test('what begins like JSON and is none is refused, and not taken for a text', () => {
  const result = parseInput({ type: 'json' }, '[{"name": retry}]', false);
  expect(result).toEqual({ ok: false, message: expect.stringContaining('begins like JSON and is none') });
});

test('a live run may need more', () => {
  const spec: InputSpec = { type: 'duration', liveMin: '2.5s' };
  expect(parseInput(spec, '1s', false).ok).toBe(true);
  expect(parseInput(spec, '1s', true)).toEqual({ ok: false, message: 'is 1s, but a live run needs at least 2.5s' });
});

test('a value is shown in its own unit', () => {
  expect([showInput({ type: 'duration' }, 2500), showInput({ type: 'integer' }, 3)]).toEqual(['2.5s', '3']);
});
