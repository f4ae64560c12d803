import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore } from '../../../evidence/open-store.js';
import { fallenByLog } from '../../../evidence/write/fallen.js';
import { appendEvents } from '../../../evidence/write/log.js';
import { openEvidence } from '../../../evidence/write/open.js';
import { type Json, parseJson } from '../../../model/json.js';
import { refOfLab } from '../../kits/go-live-ref.js';
import { phase, plan, step } from '../../kits/plans.js';

let bag: string;
const ref = () => refOfLab(bag);
beforeEach(async () => {
  bag = mkdtempSync(join(tmpdir(), 'golive-bag-'));
  const begun: Json = parseJson(JSON.stringify({ plan: plan([phase('deploy', [step('a')])]) }));
  await openEvidence({ goLive: ref(), plan: begun });
});
afterEach(() => rmSync(bag, { recursive: true, force: true }));

test('nothing was logged: nothing fell', async () => {
  expect(await fallenByLog(openStore(bag))).toEqual([]);
});

test('what the log says was taken back, by which rollback and at which attempt', async () => {
  await appendEvents(bag, [
    { type: 'phase.started', phase: 'deploy', attempt: 1 },
    { type: 'phase.taken-back', phase: 'deploy', attempt: 1, rollback: 'R1' },
  ]);
  expect(await fallenByLog(openStore(bag))).toEqual([{ phase: 'deploy', attempt: 1, rollback: 'R1' }]);
});

test('a plan that cannot be read is refused: nobody knows what fell', async () => {
  await appendEvents(bag, [{ type: 'phase.started', phase: 'deploy', attempt: 1 }]);
  writeFileSync(join(bag, 'data', 'plan.json'), '{');
  await expect(fallenByLog(openStore(bag))).rejects.toThrow(/plan\.json is not as golive wrote it/);
});
