import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('evidence.scan', {
  good: () => ({}),
  bad: (folder) => {
    mkdirSync(join(folder, 'evidence', 'data'), { recursive: true });
    symlinkSync('/nowhere', join(folder, 'evidence', 'data', 'link'));
    return {};
  },
  badCode: 'CHECK_FAILED',
});

test('a credential in a file of the bundle is counted, with its file', async () => {
  const evidenceDir = join(temporaryFolder(), 'evidence');
  const file = join(evidenceDir, 'data', 'phases', 'full.1', 'run', 'left.txt');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `postgres://app:${['s3cr3t', 'Pa55'].join('')}word@db.example.org:5432/app\n`);
  const { outputs, summary } = passed(await runStep('evidence.scan', {}, { goLive: { evidenceDir } }));
  expect(outputs).toMatchObject({ credentials: 1, found: ['phases/full.1/run/left.txt'] });
  expect(summary).toContain('left.txt');
});
