import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep } from '../../kits/step-run.js';

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
