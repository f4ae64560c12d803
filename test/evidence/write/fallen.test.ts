import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore } from '../../../evidence/open-store.js';
import { fallenByLog } from '../../../evidence/write/fallen.js';
import { appendEvents } from '../../../evidence/write/log.js';
import { openEvidence } from '../../../evidence/write/open.js';
import { type Json, parseJson } from '../../../model/json.js';
import { recordFolder, removeRecord } from '../../kits/record-folder.js';
import { refOfLab } from '../../kits/go-live-ref.js';
import { phase, plan, step } from '../../kits/plans.js';

let bag: string;
const ref = () => refOfLab(bag);
beforeEach(async () => {
  bag = recordFolder();
  const begun: Json = parseJson(JSON.stringify({ plan: plan([phase('deploy', [step('a')])]) }));
  await openEvidence({ goLive: ref(), plan: begun });
});
afterEach(() => removeRecord(bag));

const took = [
  { type: 'phase.started' as const, phase: 'deploy', attempt: 1 },
  { type: 'phase.taken-back' as const, phase: 'deploy', attempt: 1, rollback: 'R1' },
];

test('nothing was logged: nothing fell', async () => {
  expect(await fallenByLog(openStore(bag))).toEqual([]);
});

test('what the log says was taken back, by which rollback and at which attempt', async () => {
  await appendEvents(bag, took);
  expect(await fallenByLog(openStore(bag))).toEqual([{ phase: 'deploy', attempt: 1, rollback: 'R1' }]);
});

test('half a last line was never written', async () => {
  await appendEvents(bag, took);
  appendFileSync(join(bag, 'data', 'events.jsonl'), '{"type":"phase.sta');
  expect(await fallenByLog(openStore(bag))).toHaveLength(1);
});

test.each([
  ['plan.json', '{'],
  ['plan.json', '{}'],
  ['plan.json', '{"plan":null}'],
  ['events.jsonl', 'x\n'],
])('a %s of %j is refused: nobody knows what fell', async (file, content) => {
  await appendEvents(bag, took);
  writeFileSync(join(bag, 'data', file), content);
  await expect(fallenByLog(openStore(bag))).rejects.toThrow(`${file} is not as golive wrote it`);
});

test('without a plan nobody knows what fell', async () => {
  await appendEvents(bag, took);
  rmSync(join(bag, 'data', 'plan.json'));
  await expect(fallenByLog(openStore(bag))).rejects.toThrow(/plan\.json is not as golive wrote it/);
});
