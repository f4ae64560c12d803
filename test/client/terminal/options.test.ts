import { expect, test } from '@jest/globals';
import { parseName } from '../../../client/terminal/options.js';

test('a target or change names folders and workflows: an id of both can be taken apart at its slash', () => {
  expect(parseName('prod.eu')).toBe('prod.eu');
  for (const text of ['a/b', '/a', 'a/', '../up', '']) expect(() => parseName(text)).toThrow('cannot name');
});
