import { createPublicKey } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fingerprintOf } from '../../evidence/hash.js';
import { type Verification, verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { asId } from '../../model/plan/address.js';
import { findFirst } from '../../client/go-live/first.js';
import { planTakingBack } from '../../model/plan/plan-taking-back.js';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { goRecorded } from '../kits/recorded-go-live.js';
import { RealProject } from '../kits/real-go-live.js';
import type { Running } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();

/** A page that a step leaves, a person who accepts it, and a decision over the bundle that holds it. */
const runbook = (auto = ''): string => `schema: 1
id: bound
title: Bound
roles: { sre: SRE, cto: CTO }
inputs: { risk: { type: string, default: low } }
phases:
  - id: count
    owner: sre
    steps:
      - { id: page, uses: command.run, effect: none, with: { argv: [printf, "%s", "37 of 37"] } }
    approval: { role: cto, when: after, question: Accept the figures?${auto} }
decisions:
  - { id: live, title: Live, requires: [count], approval: { role: cto, question: Live? } }
evidence:
  include:
    - { file: STATS.txt, from: count.page.output.log }
`;

const project = new RealProject();
afterAll(() => project.close());
project.file('golive.yaml', 'approvals: { level: declared }\n');

/** Drives one go-live of the project; `bag` is its bundle while it runs. */
async function live(target: string, text: string, drive: (run: Running, bag: string) => Promise<void>) {
  const made = await project.plan(project.file(`${target}.yaml`, text), target);
  await project.serving(async (start) => drive(await start(made, 'Sam'), made.evidence.directory));
}
const approve = (run: Running, id: string) => run.send('approve', { approval: id, role: 'cto', by: 'Ada' });
const asked = (run: Running, id: string) => run.until(({ waiting }) => waiting?.id === id, `the question ${id}`);
async function verified(bag: string): Promise<Verification> {
  const keys = [fingerprintOf(createPublicKey(project.key()))];
  return verifyBundle(bag, { keys }, recomputeOutputs);
}

describe('a file that an approval binds to', () => {
  test('is changed while it is asked: the approval is refused and names it; as it was, it counts', async () => {
    await live('one', runbook(), async (run, bag) => {
      const { phases } = await asked(run, 'count.after');
      const left = phases[0]?.steps[0]?.evidence?.find(({ name }) => name === 'output.log')?.path ?? '';
      const file = join(bag, 'data', left);
      const was = readFileSync(file);
      writeFileSync(file, '37 of 40');
      const refused = await approve(run, 'count.after');
      expect(refused).toMatchObject({
        accepted: false,
        reason: expect.stringContaining(`STATS.txt (data/${left}) is not as it was`),
      });
      renameSync(file, `${bag}-aside`);
      expect((await approve(run, 'count.after')).reason).toContain(`STATS.txt (data/${left}) is not there any more`);
      // A rejection needs no file.
      expect((await run.state()).approvals[0]).toMatchObject({ status: 'open', votes: [] });
      writeFileSync(file, was);
      expect(await approve(run, 'count.after')).toMatchObject({ accepted: true });

      // The decision binds to what was collected.
      await asked(run, 'live');
      const collected = join(bag, 'data', 'STATS.txt');
      writeFileSync(collected, '37 of 40');
      expect((await approve(run, 'live')).reason).toContain('STATS.txt (data/STATS.txt) is not as it was');
      writeFileSync(collected, was);
      const list = join(bag, 'data', 'approved-manifest.txt');
      const text = readFileSync(list, 'utf8');
      appendFileSync(list, `${'0'.repeat(64)}  data/more\n`);
      expect((await approve(run, 'live')).reason).toContain('approved-manifest.txt');
      writeFileSync(list, text);
      expect(await approve(run, 'live')).toMatchObject({ accepted: true });
      const state = await run.result();
      expect(state).toMatchObject({ verdict: 'go' });
      expect(state.refusals.map(({ by }) => by)).toEqual(['Ada', 'Ada', 'Ada', 'Ada']);
      expect((await verified(bag)).findings).toEqual([]);
      rmSync(`${bag}-aside`);
    });
  }, 90_000);

  test('is changed before a rule would approve: people are asked', async () => {
    const slow = runbook(', auto: inputs.risk == "low"').replace(
      '    approval:',
      '      - { id: bend, uses: command.run, effect: idempotent, with: { argv: [sh, -c, "printf bent > evidence/two/c1/data/phases/count.1/page/output.log"] } }\n    approval:',
    );
    await live('two', slow, async (run) => {
      await asked(run, 'count.after');
      expect((await run.state()).approvals[0]).not.toHaveProperty('policy');
      expect((await approve(run, 'count.after')).reason).toContain('STATS.txt');
      await run.send('reject', { approval: 'count.after', role: 'cto', by: 'Ada', reason: 'bent' });
      expect(await run.result()).toMatchObject({ verdict: 'no-go' });
    });
  }, 90_000);
});

test('a go-live whose evidence was changed is taken back all the same, and its evidence says so', async () => {
  const deploys = runbook().replace(
    '    approval:',
    '      - { id: write, uses: file.write, with: { path: page.txt, content: new } }\n    approval:',
  );
  project.file('page.txt', 'old');
  await live('three', deploys, async (run, bag) => {
    await asked(run, 'count.after');
    await approve(run, 'count.after');
    await asked(run, 'live');
    writeFileSync(join(bag, 'data', 'phases', 'count.1', 'page', 'output.log'), '37 of 40');
    await approve(run, 'live');
    expect(await run.result()).toMatchObject({ verdict: 'go' });
  });
  const page = (): string => readFileSync(join(project.folder, 'page.txt'), 'utf8');
  expect(page()).toBe('new');
  const trust = [fingerprintOf(createPublicKey(project.key()))];
  const home = process.cwd();
  process.chdir(project.folder);
  const taken = await findFirst(server.client, { target: 'three', trust }).finally(() => process.chdir(home));
  const log = 'three/c1: data/phases/count.1/page/output.log';
  expect(taken.doubts).toEqual([expect.stringContaining(`${log} is not the file that event`)]);
  const { doubts, undos, directory, digest: bundle, state } = taken;
  const takesBack = {
    goLive: 'three/c1',
    startedAt: state.startedAt,
    evidenceDir: directory,
    bundle,
    undos,
    doubts,
    phases: {},
  };
  const back = planTakingBack(taken, { takesBack, change: 'back', directory: join(directory, '..', 'back') });
  await project.serving(async (start) => {
    const run = await start(back, 'Sam');
    const { waiting } = await asked(run, 'take-back');
    expect(waiting?.text).toContain(`Evidence was changed: ${log}`);
    await approve(run, 'take-back');
    expect(await run.result()).toMatchObject({ verdict: 'go' });
  });
  expect(page()).toBe('old');
  expect(await verified(directory)).toMatchObject({ exitCode: 10 });
  const { findings, notJudged } = await verified(back.evidence.directory);
  expect([findings, notJudged.map(({ what }) => what)]).toEqual([
    [],
    expect.arrayContaining(['files of the go-live that is taken back']),
  ]);
  expect(readFileSync(join(back.evidence.directory, 'data', 'events.jsonl'), 'utf8')).toMatch(
    /"because":"Sam takes back three\/c1\. Evidence was changed: /,
  );
}, 90_000);

test('an approval counts by what stands when its files were looked at', async () => {
  const world = new FakeWorld();
  let looked = (): void => undefined;
  world.looking = () => new Promise((resolve) => (looked = resolve));
  const made = plan([phase('one', [step('a')])]);
  made.decisions = [{ id: 'go', title: 'GO', requires: [asId('one')], approval: approval('go', { when: 'after' }) }];
  await goRecorded(server, world, made, async (run) => {
    await asked(run, 'go');
    const late = run.send('approve', { approval: 'go', role: 'cto', by: 'Ada' });
    await eventually('its files are looked at', 20_000, () => world.looks === 1);
    await run.send('reject', { approval: 'go', role: 'cto', by: 'Bo', reason: 'no' });
    looked();
    expect(await late).toMatchObject({ accepted: false, reason: "'go' is closed: rejected." });
    expect((await run.result()).approvals[0]?.votes.map(({ by }) => by)).toEqual(['Bo']);
  });
}, 60_000);
