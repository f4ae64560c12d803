import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import { Bundle } from '../../kits/bundles.js';
import { RealProject } from '../../kits/real-go-live.js';
import { testSealer } from '../../kits/sealer.js';
import type { Vote } from '../../../model/people/approval.js';
import { commitAll, git } from '../../kits/small-repository.js';

/** One gate passes, one fails, and one is not executed. */
const RUNBOOK = `schema: 1
id: certified
title: Certified
roles: { lead: Lead }
phases:
  - id: measure
    steps:
      - { id: code, uses: git.state, with: { folder: repo } }
      - { id: figures, uses: metrics.read, with: { file: figures.csv, values: { share: { path: ok, reduce: mean } } } }
      - { id: lost, uses: metrics.read, onFail: continue, retry: { attempts: 1 }, with: { file: figures.csv, values: { share: { path: none, reduce: mean } } } }
    gates:
      - { id: low, value: steps.figures.values.share, atLeast: 0.5 }
      - { id: high, value: steps.figures.values.share, atLeast: 0.9 }
    onFail: { then: continue }
  - id: later
    when: 1 == 2
    steps:
      - { id: figures, uses: metrics.read, with: { file: figures.csv, values: { share: { path: ok, reduce: mean } } } }
    gates: [{ id: all, value: steps.figures.values.share, atLeast: 0.5 }]
  - id: last
    checklist: [{ id: seen, text: The page is seen, role: lead }]
decisions:
  - { id: silver, requires: [later], approval: { role: lead, question: "Staging?" } }
  - { id: gold, requires: [measure, later] }
evidence:
  include:
    - { file: release/artifacts/values.json, from: measure.code.git.json }
    - { file: release/artifacts/later.csv, from: later.figures.source.csv }
  certificate:
    name: TRIAL
    levels:
      - { title: SILVER, decision: silver, approvedFor: staging }
      - { title: GOLD, decision: gold, approvedFor: production }
    commit: measure.code.commit
    branch: measure.code.branch
    gates:
      - { id: G1, title: Low, by: [measure.low] }
      - { id: G2, title: High, by: [measure.high], mend: 2h }
      - { id: G3, title: Later, by: [later.all], ready: [measure.low] }
    risks:
      - { risk: "It is small | and <b>bold</b>", mitigation: None }
      - { risk: Later was executed, mitigation: None, of: [later] }
`;

const project = new RealProject();
let bundle: string;
let live: string;
let key: KeyObject;
beforeAll(async () => {
  const repo = join(project.folder, 'repo');
  mkdirSync(repo);
  git(repo, 'init', '--quiet', '-b', 'main');
  writeFileSync(join(repo, 'a.txt'), 'a\n');
  commitAll(repo, 'one');
  project.file('certified.yaml', RUNBOOK);
  project.file('golive.yaml', 'approvals: { level: declared }\n');
  project.file('figures.csv', 'ok\n1\n1\n1\n0\n');
  const plan = await project.plan('certified.yaml', 'shop');
  await project.serving(async (start) => {
    const running = await start(plan, 'Cy');
    // It waits for a person between its first phase and its last: the page is there, and says what it is.
    await running.until(({ waiting }) => waiting?.kind === 'checklist', 'its checklist is asked for');
    live = readFileSync(join(plan.evidence.directory, 'data', RELEASE_PAGES.status), 'utf8');
    await running.send('tick', { item: 'last.seen', by: 'Cy', role: 'lead' });
    await running.until(({ waiting }) => waiting?.id === 'silver', 'its level is asked for');
    await running.send('reject', { approval: 'silver', by: 'Di', role: 'lead', reason: 'not yet' });
    await running.result();
  });
  bundle = project.bundle('shop');
  key = project.key();
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
        const asked = state.approvals.find(({ id }) => id === 'silver');
        const { id: approval = 'silver' } = asked ?? {};
        const vote = { approval, role: 'lead', by: 'Mallory', vote: 'approve', level: 'declared', digest: '' };
        asked?.votes.push({ ...vote, at: state.startedAt, status: 'void' } as Vote);
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

/** A value of every other type, and none. */
const ODD: unknown[] = [undefined, null, 7, 'GOLD', true, [], [null], [7], {}, { id: null }];
type Any = Record<string, unknown>;

/** Members of the state that decide nothing here, where nobody approved and nothing was taken back: they may be odd. */
const UNJUDGED = [
  ...['events', 'evidenceDir', 'plannedMs', 'refusals', 'rollbackIncomplete', 'rollbacks', 'signing', 'undos'],
  ...['passedOver', 'workflowId', 'attempt', 'endedAt', 'status', 'approval', 'at', 'closedAt', 'digest', 'expiresAt'],
  ...['needs', 'openedAt', 'sentence'],
];

/** Everything that says a certificate, each of its members as something else. */
test.each<[string, string, (value: Any) => Any[]]>([
  ['certificate', JSON_FILE, (said) => [said, ...(said.gates as Any[]), ...(said.levels as Any[])]],
  [
    'state',
    'data/state.json',
    (state) => [state, ...(state.phases as Any[]), ...(state.decisions as Any[]), ...(state.approvals as Any[])],
  ],
  [
    'plan',
    'data/plan.json',
    ({ plan }) => {
      const { evidence, decisions, phases } = plan as {
        evidence: { certificate: Any };
        decisions: Any[];
        phases: Any[];
      };
      const { certificate } = evidence;
      return [
        plan as Any,
        evidence,
        certificate,
        ...(certificate.gates as Any[]),
        ...(certificate.levels as Any[]),
        ...decisions,
        ...phases,
      ];
    },
  ],
])(
  'whatever the holder of the key writes into the %s, the auditor is told, and does not fall',
  async (what, file, parts) => {
    const copy = copyOf();
    const [text, state] = [copy.text(file), copy.text('data/state.json')];
    const value = JSON.parse(text) as Any;
    const count = parts(value).length;
    const good: string[] = [];
    let tried = 0;
    for (let part = 0; part < count; part += 1) {
      for (const name of Object.keys(parts(value)[part] ?? {})) {
        const odd = ODD[tried % ODD.length];
        tried += 1;
        const changed = JSON.parse(text) as Any;
        const target = parts(changed)[part];
        if (target === undefined || JSON.stringify(target[name]) === JSON.stringify(odd)) continue;
        if (odd === undefined) delete target[name];
        else target[name] = odd;
        copy.write('data/state.json', state);
        copy.write(file, `${JSON.stringify(changed, null, 2)}\n`);
        if (what === 'plan') copy.plan(() => undefined);
        if (what !== 'state' || isSealable(copy)) await copy.reseal(key);
        const found = await verifyBundle(copy.root, trusted(), recomputeOutputs);
        if (found.ok) good.push(name);
      }
    }
    expect(tried).toBeGreaterThan(10);
    expect(good.filter((name) => !UNJUDGED.includes(name))).toEqual([]);
  },
  240_000,
);

/** What the seal is made of must be there, for a seal to be made. */
function isSealable(copy: Bundle): boolean {
  const { runbook, decisions } = JSON.parse(copy.text('data/state.json')) as { runbook?: Any; decisions?: unknown };
  return typeof runbook === 'object' && runbook !== null && Array.isArray(decisions) && decisions.every(Boolean);
}
