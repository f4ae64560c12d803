import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findTemporal } from '../../client/server/find-temporal.js';
import type { GoLiveState } from '../../model/state/state.js';
import { Project } from '../kits/cli.js';
import { type RunningLab, startLcLab } from '../kits/lab.js';
import { eventually } from '../kits/until.js';

const run = promisify(execFile);
const TARGET = 'signal-lab';

let project: Project;
let lab: RunningLab;
let temporal: string;
let address: string;
beforeAll(async () => {
  project = await Project.open();
  temporal = (await findTemporal(() => undefined)).path;
  lab = await startLcLab(join(project.folder, 'lab'), 30);
  expect((await project.run('up', '--detach')).code).toBe(0);
  address = (JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as { address: string })
    .address;
}, 180_000);
afterAll(async () => {
  await lab?.stop();
  await project.close();
}, 60_000);

/** Every message goes the way of somebody who has nothing but Temporal's own command line. */
async function signal(name: string, message: object): Promise<void> {
  await run(temporal, [
    'workflow',
    'signal',
    '--address',
    address,
    '--workflow-id',
    TARGET,
    '--name',
    name,
    '--input',
    JSON.stringify(message),
  ]);
}
async function state(): Promise<GoLiveState> {
  const { value } = await project.json<GoLiveState>('status', TARGET, '--json');
  return value;
}
const waitingFor = (id: string) =>
  eventually(`waiting for ${id}`, 150_000, async () => {
    const now = await state();
    if (now.endedAt) throw new Error(`ended: ${now.sentence}`);
    return now.waiting?.id === id ? now : undefined;
  });
const PEOPLE: Readonly<Record<string, string>> = { infra: 'Ines', cto: 'Ada', qa: 'Quentin', security: 'Sina' };

/** Ticks every box of a phase. */
async function tickAll(phase: string): Promise<void> {
  const { checklist } = await waitingFor(phase);
  for (const { item, role } of checklist.filter((tick) => tick.item.startsWith(`${phase}.`)))
    await signal('tick', { item, role, by: PEOPLE[role] });
}

test('driven by `temporal workflow signal` alone, the worker killed in the middle of the full run: SOLID GREEN GO, each case once', async () => {
  const started = await project.run(
    'start',
    'lcopilot-day3',
    '--target',
    TARGET,
    '--change',
    'c1',
    '--mode',
    'rehearse',
    '--time-scale',
    '30',
    ...lab.args,
  );
  expect([started.code, started.stderr]).toEqual([0, started.stderr]);
  const second = await project.run(
    'start',
    'lcopilot-day3',
    '--target',
    TARGET,
    '--change',
    'c2',
    '--mode',
    'rehearse',
    ...lab.args,
  );
  expect(second.code).toBe(4);
  expect(second.stderr).toMatch(/is busy: .*change c1/);

  await tickAll('stop-reset');
  await tickAll('smoke');
  await waitingFor('full');
  await signal('approve', { approval: 'full', role: 'cto', by: 'Ada', reason: 'both smoke runs hold' });

  const results = join(project.folder, 'evidence', TARGET, 'c1', 'data', 'phases', 'full.1', 'run', 'results.jsonl');
  const lines = () => (existsSync(results) ? readFileSync(results, 'utf8').split('\n').filter(Boolean) : []);
  await eventually('twenty results', 60_000, async () => lines().length >= 20);
  const worker = JSON.parse(readFileSync(join(project.folder, '.golive', 'worker.json'), 'utf8')) as { pid: number };
  process.kill(worker.pid, 'SIGKILL');
  expect(lines().length).toBeLessThan(90);
  expect((await project.run('up', '--detach')).code).toBe(0);

  await tickAll('bundle');
  await waitingFor('local-go');
  const ids = lines().map((line) => (JSON.parse(line) as { id: string }).id);
  expect(ids).toHaveLength(90);
  expect(new Set(ids).size).toBe(90);
  await signal('approve', { approval: 'local-go', role: 'cto', by: 'Ada', reason: 'evidence read' });
  await waitingFor('deployment');
  await signal('approve', { approval: 'deployment', role: 'sre', by: 'Sven', reason: 'seen' });
  await signal('approve', { approval: 'deployment', role: 'security', by: 'Sina', reason: 'seen' });
  const watched = await project.run('watch', TARGET);
  expect([watched.code, watched.stdout.slice(-1500)]).toEqual([0, watched.stdout.slice(-1500)]);
  const ended = await state();
  expect(ended.decisions.map(({ verdict }) => verdict)).toEqual(['go', 'go']);
  expect(ended.approvals.flatMap(({ votes }) => votes.map(({ via }) => via))).toEqual(
    Array.from({ length: 4 }, () => 'signal'),
  );
}, 400_000);
