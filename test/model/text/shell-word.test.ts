import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { shellWord } from '../../../model/text/shell-word.js';

test.each([
  ['shop', 'shop'],
  ['a/b_c.d-e@f:80,x+1=2%', 'a/b_c.d-e@f:80,x+1=2%'],
  ['', "''"],
  ['-rf', "'-rf'"],
  ['two words', "'two words'"],
  ["it's", `'it'\\''s'`],
  ['$(rm x)', "'$(rm x)'"],
  ['a\nb', "'a b'"],
  ['a\u202eb', "'a b'"],
])('%j', (text, word) => expect(shellWord(text)).toBe(word));

test.each(["a'b'$HOME`id`", '"x" & ; | > < * ? ~ # !', '\\n\\', '~root', 'é ü'])(
  'a shell reads %j as it is',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);
