import { describe, expect, test } from '@jest/globals';
import { SEARCH_ATTRIBUTE_NAMES } from '../../model/state/search-attributes.js';
import { CHOICES, MESSAGE_NAMES, type MessageName } from '../../model/people/message.js';
import { parseMessage } from '../../model/people/parse-message.js';
import { pageText } from '../kits/doc-blocks.js';

const text = pageText('docs/operations.md');

describe('docs/operations.md', () => {
  test.each(MESSAGE_NAMES)('its example of %s is a message that is taken', (name) => {
    const [, json = ''] = new RegExp(`^\\| \`${name}\` \\|[^|]*\\| \`(\\{.*\\})\` \\|$`, 'm').exec(text) ?? [];
    expect(parseMessage(name, JSON.parse(json))).toMatchObject({ ok: true });
  });

  const commands = [...text.matchAll(/--name (\w+) \\\n\s+--input '(.*)'/g)];
  test.each(commands.map(([, name = '', json = '']) => [name, json] as const))(
    'what it tells temporal to send as %s is taken',
    (name, json) => {
      expect(MESSAGE_NAMES).toContain(name);
      expect(parseMessage(name as MessageName, JSON.parse(json))).toMatchObject({ ok: true });
    },
  );
  test('it shows a Signal and an Update', () => expect(commands.length).toBe(2));

  test.each([...CHOICES, ...SEARCH_ATTRIBUTE_NAMES])('it names %s', (word) => {
    expect(text).toContain(`\`${word}\``);
  });
});
