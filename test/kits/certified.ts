import type { KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import type { RealProject } from './real-go-live.js';
import { commitAll, git } from './small-repository.js';

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

/** A closed bundle with a certificate, its status as it was while it ran, and the key of its worker. */
export async function certified(
  project: RealProject,
  target = 'shop',
): Promise<{ bundle: string; live: string; key: KeyObject }> {
  let live = '';

  const repo = join(project.folder, 'repo');
  mkdirSync(repo);
  git(repo, 'init', '--quiet', '-b', 'main');
  writeFileSync(join(repo, 'a.txt'), 'a\n');
  commitAll(repo, 'one');
  project.file('certified.yaml', RUNBOOK);
  project.file('golive.yaml', 'approvals: { level: declared }\n');
  project.file('figures.csv', 'ok\n1\n1\n1\n0\n');
  const plan = await project.plan('certified.yaml', target);
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
  return { bundle: project.bundle(target), live, key: project.key() };
}
