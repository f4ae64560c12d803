import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'golive-ratchet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const finding = (filename: string, code = 'typescript(no-unsafe-type-assertion)') => ({
  message: 'Not so.',
  code,
  filename,
  labels: [{ span: { line: 3, column: 5 } }],
});

/** What the script says of findings, where `model` may have two assertions, and the numbers afterwards. */
function ratchet(diagnostics: object[], ...more: string[]): { status: number | null; said: string; numbers: unknown } {
  const [from, numbers] = [join(folder, 'from.json'), join(folder, 'numbers.json')];
  writeFileSync(from, JSON.stringify({ diagnostics }));
  writeFileSync(numbers, '{"model":2}');
  const script = new URL('ratchet.mjs', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, '--from', from, '--numbers', numbers, ...more], {
    encoding: 'utf8',
  });
  return { status, said: stderr, numbers: JSON.parse(readFileSync(numbers, 'utf8')) };
}
const [a, b, c] = ['model/a.ts', 'model/b.ts', 'model/c.ts'].map((name) => finding(name));

test.each([
  ['as many assertions as allowed', [a, b], 0, /^$/],
  ['one more', [a, b, c], 1, /^model: 3 .* 2 are allowed.*\nmodel\/a.ts:3:5: Not so\. .*\nmodel\/b.*\nmodel\/c/],
  ['one in another room', [a, b, finding('host/d.ts')], 1, /^host: 1 .* 0 are allowed.*\nhost\/d.ts:3:5/],
  ['one fewer', [a], 1, /Lower the number to 1: npm run check:lint -- --lower\n$/],
  [
    'another rule',
    [a, b, finding('bin/x.mjs', 'eslint(no-new)')],
    1,
    /^bin\/x\.mjs:3:5: Not so\. \[eslint\(no-new\)\]\n$/,
  ],
])('%s', (_, found, status, said) => {
  expect(ratchet(found.filter((one) => one !== undefined))).toEqual({
    status,
    said: expect.stringMatching(said),
    numbers: { model: 2 },
  });
});

test('the numbers are lowered, and never raised', () => {
  expect(ratchet([finding('model/a.ts')], '--lower')).toMatchObject({ status: 0, numbers: { model: 1 } });
  expect(ratchet([finding('host/d.ts')], '--lower')).toMatchObject({ status: 1, numbers: {} });
});
