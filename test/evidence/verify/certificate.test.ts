import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import { Bundle } from '../../kits/bundles.js';
import { certified } from '../../kits/certified.js';
import { RealProject } from '../../kits/real-go-live.js';
import { testSealer } from '../../kits/sealer.js';

const project = new RealProject();
let bundle: string;
let live: string;
let key: KeyObject;
beforeAll(async () => {
  ({ bundle, live, key } = await certified(project));
}, 180_000);
afterAll(() => project.close());

const [MD, HTML, JSON_FILE] = [
  `data/${RELEASE_PAGES.certificate}`,
  `data/${RELEASE_PAGES.certificateHtml}`,
  `data/${RELEASE_PAGES.certificateJson}`,
];
const copies: Bundle[] = [];
afterAll(() => copies.forEach((copy) => copy.remove()));
function copyOf(): Bundle {
  const copy = Bundle.copyOf(bundle);
  copies.push(copy);
  return copy;
}
const trusted = () => ({
  keys: [testSealer({ privateKey: key, publicKey: createPublicKey(key) }).key.fingerprint],
});

test('its pages say id, commit, level, and every gate with its value and why', () => {
  const copy = copyOf();
  const page = copy.text(MD);
  const { id, commit } = z.object({ id: z.string(), commit: z.string() }).parse(JSON.parse(copy.text(JSON_FILE)));
  expect(id).toMatch(/^shop-TRIAL-\d{4}-\d\d-\d\d-001$/);
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  for (const text of [id, '## NO LEVEL', commit, 'main', 'G1 Low | PASS', 'G2 High | FAIL', 'G3 Later | READY'])
    expect(page).toContain(text);
  expect(page).toContain('1 pass, 1 ready, 1 fail, 0 not run');
  expect(page).not.toContain('<b>');
  expect(copy.text(HTML)).not.toContain('<b>bold');
  const summary = copy.text(`data/${RELEASE_PAGES.summary}`);
  expect(summary).toMatch(/\| G2 High \| FAIL \| 2h \|/);
  expect(summary).toContain('7 of 8 files are there.');
  expect(summary).toContain('| release/artifacts/values.json | there |');
  expect(summary).toMatch(
    /\| release\/artifacts\/later\.csv \| not run: later\.figures\.source\.csv: its step did not leave it \|/,
  );
  for (const text of ['Di as Lead: reject', 'Nobody is asked: gates alone decide it', 'G3 Later is READY', 'Dry run: '])
    expect(page).toContain(text);
  expect(page).not.toContain('Later was executed');
  expect(copy.text(`data/${RELEASE_PAGES.status}`)).toContain('| 0 measure |');
  expect(copy.text(`data/${RELEASE_PAGES.handOver}`)).toContain('G2 High');
});

test('while it runs its status says what is over, as of when, and that it had not ended', () => {
  expect(live).toMatch(/\*\*It had not ended then\*\*: no level, .* 1 pass, 1 ready, 1 fail, 0 not run/);
  expect(live).toMatch(/\| 0 measure \| .* \| (NO-GO|failed)/);
  const last = copyOf().text(`data/${RELEASE_PAGES.status}`);
  expect([last.includes('had not ended'), last.includes('Level: **none**')]).toEqual([false, true]);
});

test('as it was written it verifies', async () => {
  const found = await verifyBundle(bundle, trusted(), recomputeOutputs);
  expect(found.findings).toEqual([]);
  expect(found.checks).toContainEqual(
    expect.objectContaining({ what: 'the certificate: its level and gates, judged again', count: 4, note: 'none' }),
  );
});

interface Said {
  level: string;
  commit: string;
  gates: { id: string; standing: string }[];
}
const says = (change: (said: Said) => void) => (copy: Bundle) => copy.json<Said>(JSON_FILE, change);

test.each<[string, RegExp, (copy: Bundle) => void]>([
  ['another level', /says the level "GOLD", and its go-live gives "none"/, says((said) => (said.level = 'GOLD'))],
  ['another commit', /says the commit "b{40}"/, says((said) => (said.commit = 'b'.repeat(40)))],
  [
    'that a gate passes which failed',
    /says that G2 is "pass", and its go-live gives "fail"/,
    says((said) => said.gates.forEach((gate) => (gate.standing = 'pass'))),
  ],
  ['a gate less', /says a number of gates of 2/, says((said) => void said.gates.pop())],
  ['nothing that can be read', /is no certificate|no JSON/, (copy) => copy.write(JSON_FILE, '[')],
  [
    'another level on its page',
    /production_readiness_certificate\.md is not the page that its go-live gives/,
    (copy) => copy.write(MD, copy.text(MD).replace('## NO LEVEL', '## GOLD')),
  ],
  [
    'another level on the page for browsers',
    /production_readiness_certificate\.html is not the page/,
    (copy) => copy.write(HTML, copy.text(HTML).replace('NO LEVEL', 'GOLD')),
  ],
  [
    'nothing of what is missing',
    /COMPLETION_SUMMARY\.md is not the page/,
    (copy) => copy.write(`data/${RELEASE_PAGES.summary}`, '# All is well\n'),
  ],
  [
    'more on a page beside it',
    /data\/release\/GOLD\.md lies beside the certificate/,
    (copy) => copy.write('data/release/GOLD.md', '# GOLD\n'),
  ],
  [
    'that counts are others',
    /production_readiness_certificate\.json is not the page/,
    (copy) => copy.json<{ counts: { pass: number } }>(JSON_FILE, (said) => void (said.counts.pass = 3)),
  ],
  [
    'that it is of another commit, by the state',
    /measure\.code gave other outputs by the log/,
    (copy) =>
      copy.state((state) => {
        const step = state.phases[0]?.steps.find(({ id }) => id === 'code');
        Object.assign(step?.outputs ?? {}, { commit: 'b'.repeat(40) });
      }),
  ],
  [
    'what an attempt came to that nobody made',
    /measure\.2 has gates, and the log tells of no such attempt that ended/,
    (copy) =>
      copy.state((state) => {
        const [phase] = state.phases;
        if (!phase) return;
        const { steps, gates, verdict = 'no-go', sentence = '' } = phase;
        phase.history.push({ attempt: 1, steps, gates, verdict, sentence });
        Object.assign(phase, { attempt: 2, gates: gates.map((gate) => ({ ...gate, verdict: 'go' })) });
      }),
  ],
  [
    'gates of a phase that was skipped',
    /later\.\d has gates, and the log tells of no such attempt that ended/,
    (copy) =>
      copy.state((state) => {
        const [measured, later] = state.phases;
        later?.gates.push(...(measured?.gates.slice(0, 1).map((gate) => Object.assign({}, gate, { id: 'all' })) ?? []));
      }),
  ],
  [
    'another time scale',
    /says another time scale than the plan/,
    (copy) => copy.state((state) => void (state.timeScale = 60)),
  ],
  [
    'another system',
    /says another target or change than the plan/,
    (copy) => copy.state((state) => void (state.target = 'payments')),
  ],
  [
    'by another rule: a plan whose gates are fewer',
    /says a number of gates of 3|says the level/,
    (copy) => copy.plan((plan) => void plan.evidence.certificate?.gates.pop()),
  ],
  [
    'that somebody else agreed',
    /shows a vote of Mallory as lead that the log knows nothing of/,
    (copy) =>
      copy.state((state) => {
        const votes = state.approvals.find(({ id }) => id === 'silver')?.votes;
        votes?.push(...votes.map((vote) => ({ ...vote, by: 'Mallory' })));
      }),
  ],
  [
    'that a phase was left out which failed',
    /measure is skipped by the state, and the log says that it was begun/,
    (copy) =>
      copy.state((state) => {
        const [phase] = state.phases;
        if (phase) Object.assign(phase, { status: 'skipped', gates: [], steps: phase.steps.slice(0, 1) });
      }),
  ],
  [
    'other roles',
    /has another list of roles than the plan/,
    (copy) => copy.state((state) => void (state.roles.lead = 'CTO')),
  ],
  [
    'another title of a phase',
    /measure has another title than the plan/,
    (copy) => copy.state((state) => state.phases.forEach((phase) => (phase.title = 'All is well'))),
  ],
  [
    'another title of a level’s decision',
    /gold has another title than the plan/,
    (copy) => copy.state((state) => state.decisions.forEach((decision) => (decision.title = 'GOLD'))),
  ],
  [
    'another reason of a decision',
    /gold has another sentence than the log/,
    (copy) => copy.state((state) => state.decisions.forEach((decision) => (decision.sentence = 'All is well.'))),
  ],
  [
    'another reason of a step that failed',
    /measure\.lost failed for another reason by the log/,
    (copy) =>
      copy.state((state) => {
        const failure = state.phases[0]?.steps.find(({ id }) => id === 'lost')?.failure;
        if (failure) failure.message = 'The disk was full.';
      }),
  ],
  [
    'what was collected as another file, without the list of what was approved',
    /approved-manifest\.txt is not there/,
    (copy) => {
      copy.delete('data/approved-manifest.txt');
      copy.write('data/release/artifacts/values.json', '{}\n');
    },
  ],
  [
    'less than what was collected',
    /values\.json was there when the bundle was approved, and is not any more/,
    (copy) => copy.delete('data/release/artifacts/values.json'),
  ],
  [
    'another id',
    /has the id "GOLD-1", and its go-live gives shop-TRIAL-/,
    (copy) => copy.json<{ id: string }>(JSON_FILE, (said) => void (said.id = 'GOLD-1')),
  ],
  [
    'what a later version says',
    /is of version 9, and this golive knows 2/,
    (copy) => copy.json<{ certificateVersion: number }>(JSON_FILE, (said) => void (said.certificateVersion = 9)),
  ],
  [
    'another level on the page of an earlier version',
    /production_readiness_certificate\.md does not begin with/,
    (copy) => {
      copy.json<{ certificateVersion: number }>(JSON_FILE, (said) => void (said.certificateVersion = 1));
      copy.write(MD, copy.text(MD).replace('## NO LEVEL', '## GOLD'));
    },
  ],
  [
    'what no plan asks for',
    /the runbook asks for none/,
    (copy) => copy.plan((plan) => void delete plan.evidence.certificate),
  ],
])('the holder of the key cannot have it say %s', async (_name, message, attack) => {
  const copy = copyOf();
  attack(copy);
  await copy.reseal(key);
  const found = await verifyBundle(copy.root, trusted(), recomputeOutputs);
  expect(found.ok).toBe(false);
  expect(found.findings.map(({ item, message: text }) => `${item} ${text}`).join('\n')).toMatch(message);
});
