import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

stepKit('evidence.write', {
  good: () => ({ name: 'page.md', text: '# Page' }),
  bad: () => ({ name: '../page.md', text: '# Page' }),
  badCode: 'BAD_INPUT',
});

test('evidence.write says what it is from, and that it was a rehearsal', async () => {
  const run = await runStep('evidence.write', { name: 'page.md', text: '# Page\n' }, { goLive: { timeScale: 60 } });
  passed(run);
  const text = readFileSync(join(run.folder, 'page.md'), 'utf8');
  expect(text).toMatch(/^# Page\n\n---\nshop\/change-1 · REHEARSAL, time ×60 · written \S+ from what was measured\n$/);
  expect(existsSync(join(run.folder, 'page.md'))).toBe(true);
});

test('evidence.write keeps the numbers of JSON as they are written', async () => {
  const text = '{"id": 12345678901234567890, "share": 0.10, "small": 1e-7, "list": [1.0, -0]}';
  const run = await runStep('evidence.write', { name: 'page.json', text });
  passed(run);
  const written = readFileSync(join(run.folder, 'page.json'), 'utf8');
  for (const number of ['12345678901234567890', '0.10', '1e-7', '1.0', '-0']) {
    expect(written).toMatch(new RegExp(`[ \\n]${number.replace('.', '\\.')}[,\\n]`));
  }
  expect(JSON.parse(written)).toMatchObject({ golive: { id: 'shop/change-1', mode: 'rehearse' } });
});

test.each([
  ['a list', '[1]', 'it is no object'],
  ['a number', '1', 'it is no object'],
  ['half of it', '{"a":', 'Object value expected'],
  ['two members of one name', '{"a": 1, "a": 2}', "Duplicate key 'a'"],
  ['a member golive', '{"golive": {"mode": "live"}}', 'a member golive of its own'],
])('evidence.write refuses %s as a JSON object', async (_what, text, why) => {
  const { code, message } = failed(await runStep('evidence.write', { name: 'page.json', text }));
  expect(code).toBe('BAD_INPUT');
  expect(message).toContain(why);
});
