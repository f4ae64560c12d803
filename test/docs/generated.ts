import { expect } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { pageText } from '../kits/doc-blocks.js';

/**
 * Compares the part of a page between `<!-- NAME:begin -->` and `<!-- NAME:end -->` with what the code says.
 * With GOLIVE_WRITE_DOCS=1 it is written instead.
 */
export function expectGenerated(page: string, name: string, wanted: string): void {
  const text = pageText(page);
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `\n<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no part between ${begin.trim()} and ${end.trim()}`);
  const whole = `${text.slice(0, from)}${begin}\n${wanted.trim()}\n${text.slice(to)}`;
  if (process.env['GOLIVE_WRITE_DOCS'] === '1' && whole !== text) {
    writeFileSync(new URL(`../../${page}`, import.meta.url), whole);
    return;
  }
  const differs =
    whole === text ? '' : `${page} is not what the code says: GOLIVE_WRITE_DOCS=1 npm run test:unit -- test/docs`;
  expect(differs).toBe('');
}
