import { describe, expect, test } from '@jest/globals';
import { setVariables, resetVariables } from '../../../kinds/file/env-file.js';
import { readAsCompose, readAsNode } from '../../../kinds/shared/dotenv.js';

test.each([
  ['A=1\rB=2\r', 1],
  ['A=1\nB=2\rC=3\n', 2],
  ["A='x'\rB=2\n", 1],
  ['# c\rA=1\n', 1],
  ['A=1\r\r\nB=2\n', 1],
])('%j has a line that ends with a carriage return alone: refused', (text, line) => {
  expect(() => setVariables(text, { A: '3' })).toThrow(
    `Line ${line} of the environment file ends with a carriage return alone.`,
  );
});
test('a carriage return within quotes is no line end', () => {
  expect(setVariables('A="1\r2"\nB=1\n', { B: '2' }).text).toBe('A="1\r2"\nB=2\n');
});

type Row = [what: string, before: string, set: Record<string, string>, after: string, changed: string[]];

const ROWS: Row[] = [
  ['replaces in place, comments and order kept', '# a\nA=1\n#B=0\nB=2\n', { B: '3' }, '# a\nA=1\n#B=0\nB=3\n', ['B']],
  ['adds what is missing at the end', 'A=1\n', { C: 'x y' }, 'A=1\nC="x y"\n', ['C']],
  ['leaves what is equal, quoted or not', 'A="1"\nB=\'2\' # c\n', { A: '1', B: '2' }, 'A="1"\nB=\'2\' # c\n', []],
  ['leaves a comment alone that names it', '#A=1\n# A=1\n', { A: '2' }, '#A=1\n# A=1\nA=2\n', ['A']],
  ['line ends of Windows', 'A=1\r\nB=2\r\n', { A: '3', C: '4' }, 'A=3\r\nB=2\r\nC=4\r\n', ['A', 'C']],
  ['line ends of both kinds', 'A=1\nB=2\r\n', { B: '3' }, 'A=1\nB=3\r\n', ['B']],
  ['no line end at the end stays so', 'A=1\nB=2', { B: '3' }, 'A=1\nB=3', ['B']],
  ['no line end at the end, and one more', 'A=1', { B: '3' }, 'A=1\nB=3\n', ['B']],
  ['an empty file', '', { A: '' }, 'A=\n', ['A']],
  ['a file of blank lines', '\n\n', { A: '1' }, '\n\nA=1\n', ['A']],
  ['the last of several counts', 'A=1\n# later\nA=1\n', { A: '2' }, 'A=1\n# later\nA=2\n', ['A']],
  ['the last of several is equal', 'A=1\nA=2\n', { A: '2' }, 'A=1\nA=2\n', []],
  ['a comment behind the value stays', 'A=false # keep off\n', { A: 'true' }, 'A=true # keep off\n', ['A']],
  ['a comment behind the value is none of it', 'A=false # keep off\n', { A: 'false' }, 'A=false # keep off\n', []],
  ['a comment behind quotes stays', 'A="x # y" # z\n', { A: 'w' }, 'A=w # z\n', ['A']],
  ['a comment behind nothing stays', 'A= # z\n', { A: 'w' }, 'A=w # z\n', ['A']],
  ['a value that begins with #', 'A=#z\n', { A: 'w' }, 'A=w\n', ['A']],
  ['a value with # in it', 'A=b#z\n', { A: 'w' }, 'A=w\n', ['A']],
  ['a value of several lines', 'K="-----\nA=1\n-----"\nA=2\n', { A: '3' }, 'K="-----\nA=1\n-----"\nA=3\n', ['A']],
  ['a value of several lines gives way', 'A="1\n2"\nB=3\n', { A: '4' }, 'A=4\nB=3\n', ['A']],
  ['a quote that is escaped', 'A=x\nB="a\\"b"\n', { A: '1' }, 'A=1\nB="a\\"b"\n', ['A']],
  ['export stays', 'export A=1\n  export B = 2\n', { A: '3', B: '4' }, 'export A=3\n  export B = 4\n', ['A', 'B']],
  ['names that hold one another', 'AB=1\nBA=2\nA_=3\nA=4\n', { A: '5' }, 'AB=1\nBA=2\nA_=3\nA=5\n', ['A']],
  ['a name in another value', 'B=A=1\n', { A: '2' }, 'B=A=1\nA=2\n', ['A']],
  ['what Compose would take for a variable', 'A=$HOME\n', { A: '$HOME' }, "A='$HOME'\n", ['A']],
  ['another value with a variable of this one', 'A=1\nB=${A}\n', { A: '2' }, 'A=2\nB=${A}\n', ['A']],
  ['a name without a value, which Node joins with the next', 'B\nA=1\n', { A: '2' }, 'B\nA=1\nA=2\n', ['A']],
  ['a mark before another name stays', '\uFEFFB=1\nA=1\n', { A: '2' }, '\uFEFFB=1\nA=2\n', ['A']],
  ['a mark before its own name goes, for Node reads it into the name', '\uFEFFA=1\n', { A: '2' }, 'A=2\n', ['A']],
  ['an apostrophe', 'A=1\n', { A: "it's" }, 'A="it\'s"\n', ['A']],
  ['quotes and dollars', '', { A: 'pa$$w"rd' }, "A='pa$$w\"rd'\n", ['A']],
  ['what a shell would run', '', { A: '$(rm)"`' }, "A='$(rm)\"`'\n", ['A']],
  ['blanks at the ends', '', { A: ' x ' }, 'A=" x "\n', ['A']],
  ['a value that looks like a comment', '', { A: '#1 # 2' }, 'A="#1 # 2"\n', ['A']],
  ['letters of any script', '', { A: 'größe 😀' }, 'A="größe 😀"\n', ['A']],
  ['base64 with its padding', '', { A: 'YQ==' }, 'A=YQ==\n', ['A']],
];

describe('setVariables', () => {
  test.each(ROWS)('%s', (_what, before, set, after, changed) => {
    const done = setVariables(before, set);
    expect(done).toEqual({ text: after, changed, composeRefuses: undefined });
    for (const [name, value] of Object.entries(set)) {
      expect(readAsNode(done.text).get(name)).toBe(value);
      const compose = readAsCompose(done.text);
      expect('values' in compose && compose.values.get(name)).toEqual({ text: value, expands: expect.any(Boolean) });
    }
    expect(setVariables(done.text, set)).toMatchObject({ text: done.text, changed: [] });
  });

  test.each([
    ['a backslash', 'C:\\dir'],
    ['both kinds of quotes', `"it's"`],
    ['an apostrophe and a dollar', "it's $5"],
    ['a dollar with a brace and quotes', '"${A}"'],
  ])('a value with %s is refused: readers take it each in its way', (_what, value) => {
    expect(() => setVariables('', { A: value })).toThrow('no spelling that all readers');
  });

  test.each([
    ['a quote that is not closed would swallow it', 'B="x\n', { A: 'x y' }],
    ['a line before it that is none to Node would swallow it', 'A: 1\n', { A: '2' }],
    ['a name that no reader takes', '', Object.fromEntries([['__proto__', '1']])],
  ])('refused: %s', (_what, before, set) => {
    expect(() => setVariables(before, set)).toThrow('cannot be set: Node would read another value');
  });

  test.each([
    ['#=', 'to Node it would change "#", too'],
    ['A=1\nA:', 'Docker Compose would read another value than the one that was to be set'],
    [':\n=""A', 'to Docker Compose it would change "", too'],
  ])('%j is left as it is: %s', (before, why) => {
    expect(() => setVariables(before, { A: 'x y' })).toThrow(`A cannot be set: ${why}.`);
  });

  test('a file that Docker Compose does not take is set as Node reads it, and that is told', () => {
    expect(setVariables('A B=1\nC=1\n', { C: '2' })).toEqual({
      text: 'A B=1\nC=2\n',
      changed: ['C'],
      composeRefuses: 'line 1: a name of a variable cannot hold a blank',
    });
  });
});

test.each<[string, string | undefined, string, string]>([
  ['A=0\n', 'A=0\n', 'A=1\nB=2\n', 'A=0\nB=2\n'],
  ['', '', 'A=1\nB=2\n', 'B=2\n'],
  ['no file', undefined, 'B=2\nexport A=1 # c\nC=3', 'B=2\nC=3'],
  ['B alone', 'B=1\r\n', 'B=2\r\nA="1\n2"\r\n', 'B=2\r\n'],
  ['a mark', '\uFEFFB=1\n', '\uFEFFB=1\nA=1\nC=2\n', '\uFEFFB=1\nC=2\n'],
  ['it is gone already', undefined, 'B=2\n', 'B=2\n'],
  ['several', undefined, 'A=0\nB=2\nA=1\n', 'B=2\n'],
])('A taken back where before stood %j: %j, now %j, is %j', (_what, before, now, after) => {
  expect(resetVariables(now, before, ['A'])).toBe(after);
});
