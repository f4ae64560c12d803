import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Bundle } from '../../../client/evidence/ended.js';
import * as report from '../../../client/commands/report.js';
import { endedBundle, openBundle } from '../../kits/ended-bundles.js';
import { runVerb } from '../../kits/verb.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lays down what a reader of bundles looks at. */
function keep({ directory, plan, closed, state }: Bundle): void {
  const root = join(folder, directory);
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(join(root, 'data', 'plan.json'), JSON.stringify({ plan, digest: 'd', startedBy: 'Op' }));
  writeFileSync(join(root, 'data', 'report.html'), '');
  writeFileSync(join(root, 'bagit.txt'), '');
  if (state) writeFileSync(join(root, 'data', 'state.json'), JSON.stringify(state));
  if (closed) writeFileSync(join(root, 'tagmanifest-sha256.txt'), '');
}

test('beside where the report is it is told what took the go-live back since, and what did not come to that', async () => {
  keep(endedBundle('c1', 1));
  const alone = await runVerb(report, 'report', join(folder, 'c1'));
  expect(alone).toEqual({ code: 0, stdout: `${join(folder, 'c1', 'data', 'report.html')}\n`, stderr: '' });

  keep(endedBundle('r2', 3, { back: ['c1', 1], verdict: 'go' }));
  keep(endedBundle('r1', 2, { back: ['c1', 1], verdict: 'no-go' }));
  keep(endedBundle('other', 4, { back: ['c0', 0], verdict: 'go' }));
  keep(openBundle('r3', 5, ['c1', 1]));
  const told = await runVerb(report, 'report', join(folder, 'c1'));
  expect(told.stdout).toBe(alone.stdout);
  expect(told.stderr.trimEnd().split('\n')).toEqual([
    // When it began stands in its log, which is not there.
    'Since then shop/r3 was to take it back: not ended.',
    'Since then shop/r1 was to take it back: no-go.',
    'Since then shop/r2 took it back.',
  ]);
  const { stdout } = await runVerb(report, 'report', join(folder, 'c1'), '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    takenBack: [
      { by: 'shop/r3', verdict: 'not ended' },
      { by: 'shop/r1', verdict: 'no-go' },
      { by: 'shop/r2', verdict: 'go' },
    ],
  });
});
