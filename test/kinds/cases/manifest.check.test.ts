import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { caseManifest } from '../../kits/case-manifest.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, runStep, temporaryFolder } from '../../kits/step-run.js';

test('a member that stands twice with two values makes it none', async () => {
  const base = temporaryFolder();
  const path = join(base, caseManifest(base, { pass: 1 }));
  writeFileSync(path, readFileSync(path, 'utf8').replace('{', '{"set":"other",'));
  const failure = failed(await runStep('manifest.check', { manifest: path }, { goLive: { baseDir: base } }));
  expect(failure).toMatchObject({ code: 'CHECK_FAILED', message: expect.stringContaining('has "set" twice') });
});

stepKit('manifest.check', {
  good: (folder) => ({ manifest: caseManifest(folder, { pass: 3, reject: 2 }), expectCount: 5 }),
  bad: (folder) => ({ manifest: caseManifest(folder, { pass: 3 }), expectCount: 4 }),
  badCode: 'EXPECTATION_FAILED',
});
