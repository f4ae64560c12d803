import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import { Project } from '../kits/cli.js';
import { endStackIn } from '../kits/small-stack.js';
import { teamIn } from '../kits/team.js';
import { eventually, NeverAgain } from '../kits/until.js';

/** The runbook as it is shipped, on a system that another team has named its own way: golive.yaml and --input, no more. */

interface Outcome {
  verdict: string;
  sentence: string;
  bundle: string;
  key: string;
  decisions: { id: string; verdict: string }[];
  rollbacks: { id: string; status: string }[];
}

const TARGET = 'lc-live';
const TICKS = [
  // Those of later phases first: with the last of its own the first phase begins.
  ['smoke.manifest', 'Quentin', 'qa'],
  ['bundle.failed-cases', 'Quentin', 'qa'],
  ['bundle.no-customer-data', 'Sina', 'security'],
  ['stop-reset.on-call', 'Cleo', 'cto'],
  ['stop-reset.loops', 'Ines', 'infra'],
  ['stop-reset.window', 'Ines', 'infra'],
] as const;
const SCRIPTS = new URL('team', import.meta.url).pathname;

let project: Project;
let sink: Server;
let alerts: string[];
beforeEach(async () => {
  project = await Project.open();
  alerts = [];
  sink = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += String(piece)));
    request.on('end', () => {
      alerts.push(body);
      response.end('{}');
    });
  });
});
afterEach(async () => {
  await endStackIn(join(project.folder, 'deploy'));
  await project.close();
  sink.close();
}, 60_000);

const state = async (): Promise<GoLiveState> => (await project.json<GoLiveState>('status', TARGET, '--json')).value;
const waits = (id: string) =>
  eventually(`the go-live waits for ${id}`, 120_000, async () => {
    const now = await state();
    if (now.endedAt !== undefined) throw new NeverAgain(`It has ended before ${id}: ${now.sentence}`);
    return now.waiting?.id === id;
  });
const say = (verb: string, what: string, by: string, as: string, ...more: string[]) =>
  project.must(verb, TARGET, what, '--by', by, '--as', as, ...more);

/** Begins it as the team would, and ticks what people tick. */
async function begin(more: string[], ...inputs: string[]) {
  const { alertPort } = await teamIn(project.folder, SCRIPTS, ['--pause', '0.01', ...more]);
  await new Promise<void>((resolve) => sink.listen(alertPort, '127.0.0.1', resolve));
  await project.must('up', '--detach');
  const args = [
    'start',
    'lcopilot-day3',
    '--target',
    TARGET,
    '--change',
    'day3',
    '--mode',
    'live',
    '--yes',
    '--by',
    'Olga',
  ];
  const ended = project.json<Outcome>(...args, ...inputs, '--wait', '--json');
  await eventually(
    'the go-live waits for its checklist',
    60_000,
    async () => (await state()).waiting?.kind === 'checklist',
  );
  for (const [item, by, as] of TICKS) await say('tick', item, by, as);
  return ended;
}

test('a live go-live with inputs only ends in GO: the team’s own script sends the cases', async () => {
  const ended = begin([], '--input', 'minInterval=2.5s');
  await waits('full');
  await say('approve', 'full', 'Cleo', 'cto', '--reason', 'smoke runs agree');
  await waits('local-go');
  await say('approve', 'local-go', 'Cleo', 'cto');
  await waits('deployment');
  await say('approve', 'deployment', 'Sven', 'sre');
  await say('approve', 'deployment', 'Sina', 'security');
  const { code, value } = await ended;
  expect([code, value.sentence]).toEqual([0, value.sentence]);
  expect(value.decisions.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['local-go', 'go'],
    ['deployment', 'go'],
  ]);
  const results = readFileSync(join(value.bundle, 'data', 'day3_results.jsonl'), 'utf8')
    .trim()
    .split('\n');
  expect(results).toHaveLength(20 + 20 + 90);
  const row: unknown = JSON.parse(results[25] ?? '');
  expect(row).toMatchObject({ run: 'smoke.run2', attempt: 1, raw: expect.stringContaining('"outcome"') });
  expect(readdirSync(join(project.folder, 'runs')).toSorted()).toEqual([
    'day3_config.1.probe.jsonl',
    'day3_full.1.run.jsonl',
    'day3_smoke.1.run1.jsonl',
    'day3_smoke.1.run2.jsonl',
  ]);
  const verified = await project.run('verify', value.bundle, '--key', value.key);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
}, 400_000);

test('a script that dies in the middle is a NO-GO that says so, and the owners are told', async () => {
  const { code, value } = await begin(['--die-at', '8'], '--input', 'minInterval=2.5s');
  expect(code).toBe(3);
  expect(value.sentence).toContain('python3 ended with code 1 after 7 of 20 cases');
  expect(value.sentence).toContain('RuntimeError: connection pool exhausted');
  expect(value.rollbacks.map(({ id, status }) => `${id} ${status}`)).toContain('R3 done');
  expect(alerts.join('\n')).toContain('manual triage');
}, 400_000);
