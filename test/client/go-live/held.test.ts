import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { findFirst } from '../../../client/go-live/first.js';
import { closeEvidence } from '../../../evidence/write/close.js';
import { collectEvidence } from '../../../evidence/write/collect.js';
import { openEvidence } from '../../../evidence/write/open.js';
import { parseJson } from '../../../model/json.js';
import { endedBundle } from '../../kits/ended-bundles.js';
import { fakeClient } from '../../kits/fake-client.js';
import { refOfLab } from '../../kits/go-live-ref.js';
import { testSealer } from '../../kits/sealer.js';

const folder = mkdtempSync(join(tmpdir(), 'golive-held-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sealer = testSealer();

/** Seals a go-live of `shop` that began at that second; returns its folder. */
async function sealed(change: string, second: number): Promise<string> {
  const bag = join(folder, 'shop', change);
  mkdirSync(bag, { recursive: true });
  const { plan, state } = endedBundle(change, 0, { verdict: 'go' });
  const at = (more: number) => new Date((second + more) * 1000).toISOString();
  const goLive = { ...refOfLab(bag), id: plan.goLiveId, target: 'shop', change };
  const begun = { plan: { ...plan, target: { ...plan.target, id: 'shop' } }, digest: 'd', startedBy: 'Op' };
  const ended = parseJson(JSON.stringify({ ...state, startedAt: at(0), endedAt: at(1) }));
  await openEvidence({ goLive, plan: parseJson(JSON.stringify(begun)) });
  const request = { goLive, state: ended, signoff: 'SIGNOFF.md' };
  await collectEvidence({ ...request, include: [] });
  await closeEvidence(request, sealer, {});
  return bag;
}

test('what came after the first must hold, too; what came before it need not', async () => {
  const [before, , after] = [await sealed('c1', 1), await sealed('c2', 2), await sealed('c3', 3)];
  const client = fakeClient({ workflow: { *list() {} } });
  const find = () =>
    findFirst(client, { target: 'shop', change: 'c2', evidence: folder, trust: sealer.key.fingerprint });
  const alter = (bag: string) => appendFileSync(join(bag, 'data', 'state.json'), ' ');
  expect((await find()).later.map(({ id }) => id)).toEqual(['shop/c3']);
  alter(before);
  await find();
  alter(after);
  await expect(find()).rejects.toMatchObject({
    message: expect.stringContaining('The bundle of shop/c3 does not hold'),
    options: { exitCode: 10 },
  });
});
