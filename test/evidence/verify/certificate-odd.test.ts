import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../model/json.js';
import { Bundle } from '../../kits/bundles.js';
import { certified } from '../../kits/certified.js';
import { RealProject } from '../../kits/real-go-live.js';
import { testSealer } from '../../kits/sealer.js';

const project = new RealProject();
let bundle: string;
let key: KeyObject;
beforeAll(async () => {
  ({ bundle, key } = await certified(project, 'odd'));
}, 180_000);
afterAll(() => project.close());

/** A value of every other type, and none. */
const ODD: (Json | undefined)[] = [undefined, null, 7, 'GOLD', true, [], [null], [7], {}, { id: null }];

/** Members of the state that decide nothing here, where nobody approved and nothing was taken back: they may be odd. */
const UNJUDGED = `events evidenceDir plannedMs refusals rollbackIncomplete rollbacks signing undos passedOver workflowId
  attempt endedAt status approval at closedAt digest expiresAt needs openedAt sentence`.split(/\s+/);

/** The objects at the end of a path through objects, where lists are all of their members. */
function at(value: Json | undefined, [name, ...rest]: string[]): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((one) => at(one, name === undefined ? [] : [name, ...rest]));
  if (!isJsonObject(value)) return [];
  return name === undefined ? [value] : at(value[name], rest);
}

/** What the seal is made of must be there, for a seal to be made. */
function isSealable(copy: Bundle): boolean {
  const state = parseJson(copy.text('data/state.json'));
  if (!isJsonObject(state)) return false;
  const { runbook, decisions } = state;
  return isJsonObject(runbook) && Array.isArray(decisions) && decisions.every(isJsonObject);
}

/** Everything that says a certificate, each of its members as something else. */
test.each<[string, string, string[]]>([
  ['certificate', `data/${RELEASE_PAGES.certificateJson}`, ['', 'gates', 'levels']],
  ['state', 'data/state.json', ['', 'phases', 'decisions', 'approvals']],
  [
    'plan',
    'data/plan.json',
    ['plan', 'plan.evidence', 'plan.decisions', 'plan.phases', 'plan.evidence.certificate'].concat(
      ['gates', 'levels'].map((name) => `plan.evidence.certificate.${name}`),
    ),
  ],
])(
  'whatever the holder of the key writes into the %s, the auditor is told, and does not fall',
  async (what, file, paths) => {
    const copy = Bundle.copyOf(bundle);
    const [text, state] = [copy.text(file), copy.text('data/state.json')];
    const parts = (value: Json): JsonObject[] => paths.flatMap((path) => at(value, path === '' ? [] : path.split('.')));
    const keys = [testSealer({ privateKey: key, publicKey: createPublicKey(key) }).key.fingerprint];
    const good: string[] = [];
    let tried = 0;
    for (const [index, part] of parts(parseJson(text)).entries()) {
      for (const name of Object.keys(part)) {
        const odd = ODD[tried % ODD.length];
        tried += 1;
        const changed = parseJson(text);
        const target = parts(changed)[index];
        if (target === undefined || JSON.stringify(target[name]) === JSON.stringify(odd)) continue;
        if (odd === undefined) delete target[name];
        else target[name] = odd;
        copy.write('data/state.json', state);
        copy.write(file, `${JSON.stringify(changed, null, 2)}\n`);
        if (what === 'plan') copy.plan(() => undefined);
        if (what !== 'state' || isSealable(copy)) await copy.reseal(key);
        const found = await verifyBundle(copy.root, { keys }, recomputeOutputs);
        if (found.ok) good.push(name);
      }
    }
    copy.remove();
    expect(tried).toBeGreaterThan(10);
    expect(good.filter((name) => !UNJUDGED.includes(name))).toEqual([]);
  },
  240_000,
);
