import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openAppender } from '../../../activities/step/line-appender.js';
import { StepError } from '../../../activities/step/step-error.js';
import { temporaryFolder } from '../../kits/step-run.js';

const ref = { name: 'lines', path: 'lines.jsonl', sha256: '', bytes: 0 };
const open = (path: string, mayWrite = async () => undefined) => openAppender(path, mayWrite, async () => ref);

test('after a line that could not be written no other is, or it would be glued to a torn one', async () => {
  const path = join(temporaryFolder(), 'lines.jsonl');
  let refused = false;
  const appender = await open(path, async () => {
    if (refused) return;
    refused = true;
    throw new StepError('EVIDENCE_UNWRITABLE', 'The disk is full.');
  });
  await expect(appender.append('one')).rejects.toThrow('The disk is full.');
  await expect(appender.append('two')).rejects.toThrow('The disk is full.');
  await appender.close();
  expect(readFileSync(path, 'utf8')).toBe('');
  const again = await open(path);
  await again.append('two');
  await again.close();
  expect(readFileSync(path, 'utf8')).toBe('two\n');
});
