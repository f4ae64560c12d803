import { describe, expect, test } from '@jest/globals';
import { compile, jsonPathProblem, whyNoJsonPath } from '../../../kinds/shared/json-path-query.js';

const document = {
  services: [
    { name: 'api', version: 'v1.2', note: 'a\nb' },
    { name: 'worker', version: 'v22', note: 7 },
  ],
  wanted: '^v\\d+$',
  broken: '(',
};
const names = (filter: string): unknown[] => compile(`$.services[?${filter}].name`).query(document).values();

describe('match and search', () => {
  test.each<[string, string[]]>([
    ["search(@.name, 'a')", ['api']],
    ["match(@.name, 'a')", []],
    ["match(@.name, 'a.i')", ['api']],
    ["match(@.name, 'api|worker')", ['api', 'worker']],
    ["match(@.name, '^api$')", ['api']],
    ["search(@.version, '^v\\\\d+$')", ['worker']],
    ['search(@.version, $.wanted)', ['worker']],
    ["search(@.note, 'a.b')", []],
    ["match(@.note, '7')", []],
    ["search(@.missing, 'a')", []],
    ["!search(@.name, 'a') && match(@.version, 'v.*')", ['worker']],
    // What RFC 9485 leaves out and people write: the library's own functions said in silence that nothing fits.
    ["search(@.version, '\\\\bv2+\\\\b')", ['worker']],
    ["search(@.name, '(?i)API')", ['api']],
  ])('%s', (filter, found) => {
    expect(names(filter)).toEqual(found);
  });

  test('take linear time', () => {
    const hostile = [{ x: `${'a'.repeat(50_000)}!` }];
    expect(compile("$[?search(@.x, '^(a+)+$')]").query(hostile).values()).toEqual([]);
    expect(compile("$[?match(@.x, '(a|aa)+')]").query(hostile).values()).toEqual([]);
  });

  test('a pattern that is a value and is none is an error, not a search without a result', () => {
    const path = '$.services[?search(@.name, $.broken)]';
    expect(jsonPathProblem(path)).toBeUndefined();
    const failure = (): unknown => {
      try {
        return compile(path).query(document);
      } catch (error) {
        return whyNoJsonPath(path, error);
      }
    };
    expect(failure()).toBe(`the pattern in "${path}" cannot be used: this ( has no ). Write \\( for a parenthesis`);
  });
});

test.each([
  ['$.a[?', '"$.a[?" is no JSONPath (RFC 9535)'],
  ["$[?search(@, '(?=a)')]", 'looks ahead'],
  ["$[?match(@.a, '(a')]", 'this ( has no )'],
  ["$[?count(@.a) > match(@.b, 'a')]", 'is no JSONPath (RFC 9535)'],
])('%s is refused when it is read', (path, why) => {
  expect(jsonPathProblem(path)).toContain(why);
  expect(() => compile(path)).toThrow();
});
