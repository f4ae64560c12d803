import { describe, expect, test } from '@jest/globals';
import { readAsCompose, readAsNode } from '../../../kinds/shared/dotenv.js';

/**
 * What compose-go 2.16.2 itself made of each text (`dotenv.ParseWithLookup`, no variable set), undefined where it refused
 * it. 60,000 texts made of such pieces by chance were compared with it as well, and none differed.
 */
const COMPOSE: readonly [string, Record<string, string> | undefined][] = [
  ['', {}],
  ['A=1\n', { A: '1' }],
  ['A=1', { A: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\ufeffA=1\n', { A: '1' }],
  ['A = 1\n', { A: '1' }],
  ['A=\n', { A: '' }],
  ['A=   \nB=2\n', { A: '', B: '2' }],
  ['export A=1\n', { A: '1' }],
  ['export\tA=1\n', { A: '1' }],
  ['export A\n', {}],
  ['A\nB=2\n', { B: '2' }],
  ['A', { '': 'A' }],
  ['A: 1\n', { A: '1' }],
  ['A.B-C[0]=1\n', { 'A.B-C[0]': '1' }],
  ['A B=1\n', undefined],
  ['A$=1\n', undefined],
  ['=1\n', { '': '1' }],
  ['A=1 # c\n', { A: '1' }],
  ['A=1#c\n', { A: '1#c' }],
  ['A=1\t# c\n', { A: '1\t# c' }],
  ['A= # c\n', { A: '# c' }],
  ['A=#c\n', { A: '#c' }],
  ['A="1" # c\n', { A: '1' }],
  ['A="1"x\nB=2\n', { A: '1', B: '2' }],
  ["A='1'\n", { A: '1' }],
  ["A='it'\"'\"'s'\n", undefined],
  ["A=it's\n", { A: "it's" }],
  ["A='it\\'s'\n", { A: "it's" }],
  ['A="a\\nb"\n', { A: 'a\nb' }],
  ["A='a\\nb'\n", { A: 'a\\nb' }],
  ['A="a\\"b"\n', { A: 'a"b' }],
  ['A="a\\\\b"\n', { A: 'a\\b' }],
  ['A=C:\\dir\n', { A: 'C:\\dir' }],
  ['A="C:\\dir"\n', { A: 'C:\\dir' }],
  ["A='C:\\dir'\n", { A: 'C:\\dir' }],
  ['A="x\ny"\nB=2\n', { A: 'x\ny', B: '2' }],
  ["A='x\n#y'\nB=2\n", { A: 'x\n#y', B: '2' }],
  ['A="x\nB=2\n', undefined],
  ['A=`x y`\n', { A: '`x y`' }],
  ['A=x y\n', { A: 'x y' }],
  ['A=1\nA=2\n', { A: '2' }],
  ['A=a=b==\n', { A: 'a=b==' }],
  ['A="\\0101\\09\\c\\t|"\n', { A: 'A\\9\\c\t|' }],
  ['A=$B\n', { A: '' }],
  ["A='$B'\n", { A: '$B' }],
  ['A="$$x"\n', { A: '$x' }],
  ['A=\\$x\n', { A: '\\' }],
  ['A=\u00a01\u00a0\n', { A: '1' }],
  ['A=1\u2028\n', { A: '1' }],
  ['# c\r\n#B=1\r\nA=1', { A: '1' }],
  ['export \n', {}],
  ['A=1\rB=2\n', { A: '1\rB=2' }],
  ['1A=1\n', { '1A': '1' }],
  ['\u00e9=1\n', { '\u00e9': '1' }],
];

describe('an environment file as Docker Compose reads it', () => {
  test.each(COMPOSE)('%j', (text, values) => {
    const read = readAsCompose(text);
    if (values === undefined) return expect(read).toHaveProperty('refused');
    expect('values' in read && [...read.values.keys()]).toEqual(Object.keys(values));
    const plain = 'values' in read ? [...read.values].filter(([, value]) => !value.expands) : [];
    for (const [name, value] of plain) expect(value.text).toBe(values[name]);
    expect('values' in read && [...read.values.values()].some(({ expands }) => expands)).toBe(
      /\$/.test(text) && !text.includes("'$B'"),
    );
  });
  test('what it refuses is told by its line', () => {
    expect(readAsCompose('A=1\n\nB C=2\n')).toEqual({
      refused: 'line 3: a name of a variable cannot hold a blank',
    });
  });
});

test('as Node reads it, names are told without those that have no value', () => {
  expect([...readAsNode('A=1\nB="x\ny" # c\nA=2 # c\n')]).toEqual([
    ['A', '2'],
    ['B', 'x\ny'],
  ]);
});
