import { describe, expect, test } from '@jest/globals';
import { lastWords } from '../../../activities/step/last-words.js';

describe('the last words of a program', () => {
  test.each([
    ['nothing', ' \n\n', { clause: '' }],
    ['one line', 'no such table\n', { clause: '; it last said: no such table' }],
    ['several: the last is the cause', 'a\r\n\nb\r\n', { clause: '; it last said: b', said: 'a\nb' }],
    [
      'where it happened is no cause',
      'Error: no\n  at f (a.js:1)\n\nNode.js v22',
      {
        clause: '; it last said: Error: no',
        said: 'Error: no\n  at f (a.js:1)\nNode.js v22',
      },
    ],
    ['many: five are kept', '1\n2\n3\n4\n5\n6', { clause: '; it last said: 6', said: '2\n3\n4\n5\n6' }],
  ])('%s', (_, text, wanted) => {
    expect(lastWords(text)).toEqual(wanted);
  });

  test('a dump on one line is cut, and kept', () => {
    const { clause, said } = lastWords('x'.repeat(3000));
    expect(clause).toHaveLength('; it last said: '.length + 201);
    expect(said).toHaveLength(3000);
  });
});
