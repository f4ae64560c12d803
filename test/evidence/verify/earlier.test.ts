import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../../evidence/hash.js';
import { verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import type { Plan } from '../../../model/plan/plan.js';
import { Bundle } from '../../kits/bundles.js';
import { RealProject, type Start } from '../../kits/real-go-live.js';
import { testSealer } from '../../kits/sealer.js';
import { commitAll, git } from '../../kits/small-repository.js';

const measured = (id: string): string => `  - id: ${id}
    when: "'${id}' in inputs.execute"
    onFail: { then: continue }
    steps:
      - { id: figures, uses: metrics.read, with: { file: figures.csv, values: { share: { path: ok, reduce: mean } } } }
    gates: [{ id: share, title: Share of ${id}, value: steps.figures.values.share, atLeast: 0.5 }]
`;
const RUNBOOK = `schema: 1
id: twice
title: Twice
roles: { lead: Lead }
inputs:
  execute: { type: json, default: [one, two], about: Phases }
  earlier: { type: json, default: [], about: Earlier go-lives }
  within: { type: duration, default: 1d, about: How long ago }
  gates: { type: json, default: [begin.known], about: Gates that must have been GO }
  colour: { type: string, default: red, about: Anything }
phases:
  - id: begin
    steps: [{ id: code, uses: git.state, with: { folder: repo } }]
    gates: [{ id: known, value: steps.code.repository, equals: true }]
${measured('one')}${measured('two')}  - id: certification
    onFail: { then: continue }
    steps:
      - { id: code, uses: git.state, with: { folder: repo } }
      - id: earlier
        uses: evidence.earlier
        with:
          changes: "\${{ inputs.earlier }}"
          commit: "\${{ steps.code.commit }}"
          code: [begin.code, certification.code]
          gates: "\${{ inputs.gates }}"
          mayDiffer: [execute, earlier, within, gates]
          within: "\${{ inputs.within }}"
          at: "\${{ run.started }}"
    gates:
      - { id: executed, value: "(has(phases.one) || 'one' in steps.earlier.phases) && (has(phases.two) || 'two' in steps.earlier.phases)", equals: true }
decisions:
  - { id: gold, requires: [one, two, certification] }
evidence:
  certificate:
    levels: [{ title: GOLD, decision: gold, approvedFor: production }]
    commit: begin.code.commit
    earlier: certification.earlier
    gates:
      - { id: G1, title: One, by: [one.share] }
      - { id: G2, title: Two, by: [two.share] }
`;

const GOOD = 'ok\n1\n1\n1\n0\n';
const BAD = 'ok\n1\n0\n0\n0\n';
const project = new RealProject();
const repo = join(project.folder, 'repo');
const JSON_FILE = `data/${RELEASE_PAGES.certificateJson}`;
const COUNTED = 'data/phases/certification.1/earlier/counted.json';
let key: KeyObject;

type More = Partial<Pick<Plan, 'mode' | 'inputs'>>;
async function go(start: Start, change: string, more: More): Promise<void> {
  const plan = await project.plan('twice.yaml', 'twice', { change, ...more });
  await (await start(plan, 'Cy')).result();
}
const one = (execute: string, ...earlier: string[]): More => ({ inputs: { execute: [execute], earlier } });

beforeAll(async () => {
  mkdirSync(repo);
  git(repo, 'init', '--quiet', '-b', 'main');
  writeFileSync(join(repo, 'a.txt'), 'a\n');
  commitAll(repo, 'one');
  project.file('twice.yaml', RUNBOOK);
  project.file('golive.yaml', 'approvals: { level: declared }\n');
  project.file('figures.csv', GOOD);
  await project.serving(async (start) => {
    await go(start, 'first', one('one'));
    await go(start, 'second', one('two', 'first'));
    await go(start, 'colour', { inputs: { execute: ['two'], earlier: ['first'], colour: 'blue' } });
    const gates = ['begin.known', 'certification.executed'];
    await go(start, 'of-open-gate', { inputs: { execute: ['two'], earlier: ['first'], gates } });
    await go(start, 'late', { inputs: { execute: ['two'], earlier: ['first'], within: '1ms' } });
    await go(start, 'nobody', one('two', 'nowhere'));
    await go(start, 'rehearsed', { ...one('one'), mode: 'rehearse' });
    await go(start, 'of-rehearsal', one('two', 'rehearsed'));
    key = project.key();
    const evidence = dirname(project.bundle('twice', 'first'));
    for (const name of ['tampered', 'stranger'])
      cpSync(join(evidence, 'first'), join(evidence, name), { recursive: true });
    writeFileSync(join(evidence, 'tampered', 'data/phases/one.1/figures/values.csv'), 'ok\n1\n');
    await Bundle.at(join(evidence, 'stranger')).reseal(generateKeyPairSync('ed25519').privateKey);
    await go(start, 'of-tampered', one('two', 'tampered'));
    // What takes one back writes its plan before its first deed.
    await go(start, 'undone', one('one'));
    const takesBack = { goLive: 'twice/undone', bundle: '', undos: [], rollback: undefined };
    const taking = join(evidence, 'undone-rollback-1', 'data', 'plan.json');
    mkdirSync(dirname(taking), { recursive: true });
    const { plan } = begun.parse(JSON.parse(Bundle.at(join(evidence, 'undone')).text('data/plan.json')));
    writeFileSync(taking, JSON.stringify({ plan: { ...plan, takesBack } }));
    await go(start, 'of-undone', one('two', 'undone'));
    await go(start, 'of-stranger', one('two', 'stranger'));
    project.file('figures.csv', BAD);
    await go(start, 'failed', one('one'));
    project.file('figures.csv', GOOD);
    await go(start, 'of-failed', one('two', 'first', 'failed'));
    writeFileSync(join(repo, 'b.txt'), 'b\n');
    await go(start, 'dirty', one('one'));
    commitAll(repo, 'two');
    await go(start, 'of-dirty', one('two', 'dirty'));
    await go(start, 'other-commit', one('two', 'first'));
  });
}, 240_000);
afterAll(() => project.close());

const begun = z.object({ plan: z.looseObject({}) });
const said = z.object({
  level: z.string(),
  gates: z.array(z.object({ id: z.string(), standing: z.string() })),
  earlier: z.array(z.object({ change: z.string(), phases: z.array(z.string()), why: z.array(z.string()) })),
});
const certificateOf = (change: string) =>
  said.parse(JSON.parse(Bundle.at(project.bundle('twice', change)).text(JSON_FILE)));
const trusted = () => ({
  keys: [testSealer({ privateKey: key, publicKey: createPublicKey(key) }).key.fingerprint],
});

test('a phase that passed in an earlier go-live of the same commit and inputs counts, and pages say of which it is', async () => {
  const { level, gates, earlier } = certificateOf('second');
  expect([level, gates]).toEqual([
    'GOLD',
    [
      { id: 'G1', standing: 'pass' },
      { id: 'G2', standing: 'pass' },
    ],
  ]);
  expect(earlier).toEqual([{ change: 'first', phases: ['one'], why: [] }]);
  const page = Bundle.at(project.bundle('twice', 'second')).text(`data/${RELEASE_PAGES.certificate}`);
  expect(page).toContain('Executed in twice/first.');
  expect(page).toMatch(/\| twice\/first \| \d{4}-\d\d-\d\d .*UTC \| [0-9a-f]{64} \| one \|/);
  const found = await verifyBundle(project.bundle('twice', 'second'), trusted(), recomputeOutputs);
  expect(found.findings).toEqual([]);
  expect(found.notJudged).toContainEqual(expect.objectContaining({ what: 'earlier bundle' }));
});

test.each<[string, string, RegExp]>([
  ['other inputs', 'colour', /other inputs: colour/],
  ['a gate that was not GO', 'of-open-gate', /Its gate certification\.executed was not GO/],
  ['too long ago', 'late', /too long ago/],
  ['no bundle', 'nobody', /no closed bundle/],
  ['a rehearsal for a live go-live', 'of-rehearsal', /a rehearsal counts for no live go-live/],
  [
    'a bundle that was changed',
    'of-tampered',
    /does not verify: data\/phases\/one\.1\/figures\/\S+ was (altered|added)/,
  ],
  ['a bundle of another key', 'of-stranger', /seal does not hold: evidence-key\.pem is SHA256/],
  ['one that was taken back', 'of-undone', /It was taken back by undone-rollback-1/],
  ['a later one in which it failed', 'of-failed', /one does not count: it did not pass/],
  ['a dirty tree', 'of-dirty', /work tree was not as committed: begin\.code/],
  ['another commit', 'other-commit', /another commit: begin\.code/],
])('%s counts for nothing, and the certificate says why', async (_name, change, why) => {
  const { level, gates, earlier } = certificateOf(change);
  expect([level, gates[0]?.standing, earlier.flatMap(({ phases }) => phases)]).toEqual(['none', 'not-run', []]);
  expect(earlier.flatMap((each) => each.why).join('\n')).toMatch(why);
  const found = await verifyBundle(project.bundle('twice', change), trusted(), recomputeOutputs);
  expect(found.findings).toEqual([]);
});

/** Names the files of steps with the hashes that they have by now, and no others. */
function fitted(value: unknown, copy: Bundle): unknown {
  if (Array.isArray(value)) return value.flatMap((each) => (isGone(each, copy) ? [] : [fitted(each, copy)]));
  if (!isRef(value)) {
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fitted(each, copy)]));
  }
  const bytes = copy.bytes(`data/${value.path}`);
  return { ...value, sha256: sha256(bytes), bytes: bytes.length };
}
const isRef = (value: unknown): value is { path: string } =>
  typeof value === 'object' && value !== null && 'sha256' in value && 'path' in value && 'bytes' in value;
const isGone = (value: unknown, copy: Bundle): boolean => isRef(value) && !existsSync(copy.path(`data/${value.path}`));

const EVIDENCE = 'data/phases/certification.1/earlier';
test.each<[string, string, RegExp, (copy: Bundle) => void]>([
  [
    'that a phase counts which was of another commit',
    'other-commit',
    /its raw records cannot be read: counted\.json says something else/,
    (copy) =>
      copy.json<{ phases: unknown[] }>(COUNTED, (counted) =>
        counted.phases.push({ id: 'one', goLive: 'twice/first', digest: '', endedAt: '', gates: [] }),
      ),
  ],
  [
    'what is no account of what counts',
    'second',
    /does not say which phases of earlier go-lives count/,
    (copy) => copy.write(COUNTED, '{"bundles":[],"phases":[{"id":1}]}\n'),
  ],
  [
    'that the earlier one passed with another state',
    'of-failed',
    /its raw records (cannot be read|give other figures)/,
    (copy) => copy.write(`${EVIDENCE}/2-state.json`, copy.bytes(`${EVIDENCE}/1-state.json`)),
  ],
  [
    'that it was held against another plan',
    'colour',
    /own-plan\.json is not the plan of this go-live/,
    (copy) => copy.write(`${EVIDENCE}/own-plan.json`, copy.bytes(`${EVIDENCE}/1-plan.json`)),
  ],
  [
    'nothing of what was kept',
    'second',
    /its raw records cannot be read|is missing|the log/,
    (copy) => copy.delete(`${EVIDENCE}/1-seal.dsse.json`),
  ],
])('the holder of the key cannot have it say %s', async (_name, change, message, attack) => {
  const copy = Bundle.copyOf(project.bundle('twice', change));
  attack(copy);
  const fit = (text: string): string => JSON.stringify(fitted(JSON.parse(text) as unknown, copy));
  copy.write(
    'data/events.jsonl',
    copy
      .text('data/events.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => `${fit(line)}\n`)
      .join(''),
  );
  copy.write('data/state.json', `${JSON.stringify(JSON.parse(fit(copy.text('data/state.json'))), null, 2)}\n`);
  await copy.reseal(key);
  const found = await verifyBundle(copy.root, trusted(), recomputeOutputs);
  copy.remove();
  expect(found.ok).toBe(false);
  expect(found.findings.map(({ item, message: text }) => `${item} ${text}`).join('\n')).toMatch(message);
});
