import { describe, expect, test } from '@jest/globals';
import { FAILURES } from '../../model/failure.js';
import { pageText } from '../kits/doc-blocks.js';
import { expectGenerated } from './generated.js';

const page = 'docs/failures.md';

function failureTable(): string {
  return [
    '| code | tried again | meaning | what to do |',
    '|---|---|---|---|',
    ...Object.entries(FAILURES).map(
      ([code, { retry, meaning, next }]) => `| \`${code}\` | ${retry ? 'yes' : 'no'} | ${meaning} | ${next} |`,
    ),
  ].join('\n');
}

describe(page, () => {
  test('its table is the catalogue of the code', () => expectGenerated(page, 'failures', failureTable()));

  test.each(Object.entries(FAILURES))('explains %s', (code, { meaning, next }) => {
    const row = pageText(page)
      .split('\n')
      .find((line) => line.startsWith(`| \`${code}\` |`));
    expect(row).toContain(meaning);
    expect(row).toContain(next);
  });
});
