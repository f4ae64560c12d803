import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import { Project } from '../kits/cli.js';
import { type RunningLab, startLcLab } from '../kits/lab.js';
import { eventually } from '../kits/until.js';
import { randomFrom } from '../kits/random-from.js';

const ALL = process.env.GOLIVE_CRASH === 'all';
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
const KILLS = 5;
const TARGET = 'crash-lab';

let project: Project;
let lab: RunningLab;
beforeAll(async () => {
  if (!ALL) return;
  project = await Project.open();
  lab = await startLcLab(join(project.folder, 'lab'), 30);
  expect((await project.run('up', '--detach')).code).toBe(0);
}, 180_000);
afterAll(async () => {
  await lab?.stop();
  await project?.close();
}, 60_000);

/** Answers what the rehearsal asks, until it ends or `over`. */
async function answer(): Promise<GoLiveState> {
  return eventually('the end', 600_000, async () => {
    const { value } = await project.json<GoLiveState>('status', TARGET, '--json');
    if (value.endedAt !== undefined && value.bundle?.path !== undefined) return value;
    const { waiting } = value;
    const by = ['--by', 'Ada', '--reason', 'seen'];
    if (waiting?.kind === 'checklist')
      await project.run('tick', TARGET, 'stop-reset.window', '--as', 'infra', '--by', 'Ines');
    if (waiting?.kind === 'approval') await project.run('approve', TARGET, waiting.id, '--as', 'cto', ...by);
    if (waiting?.kind === 'operator') throw new Error(`asked: ${waiting.text}`);
    return undefined;
  });
}

(ALL ? test : test.skip)(
  'the LCopilot runbook with its worker killed at random moments: SOLID GREEN GO, each case once',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const random = randomFrom(SEED);
    const rehearse = ['--target', TARGET, '--change', 'c1', '--mode', 'rehearse', '--time-scale', '30'];
    const started = await project.run('start', 'lcopilot-day3', ...rehearse, ...lab.args);
    expect([started.code, started.stderr]).toEqual([0, started.stderr]);
    let over = false;
    const monkey = async (): Promise<number> => {
      let kills = 0;
      while (kills < KILLS) {
        await delay(2000 + random() * 10_000);
        if (over) break;
        const worker = JSON.parse(readFileSync(join(project.folder, '.golive', 'worker.json'), 'utf8')) as {
          pid: number;
        };
        process.kill(worker.pid, 'SIGKILL');
        kills += 1;
        await project.run('up', '--detach');
      }
      return kills;
    };
    const killing = monkey();
    const ended = await answer();
    over = true;
    expect(await killing).toBeGreaterThanOrEqual(2);
    expect(ended.decisions.map(({ verdict }) => verdict)).toEqual(['go', 'go']);
    const data = join(project.folder, 'evidence', TARGET, 'c1', 'data');
    for (const [place, count] of [
      ['smoke.1/run1', 20],
      ['smoke.1/run2', 20],
      ['full.1/run', 90],
    ] as const) {
      const file = join(data, 'phases', place, 'results.jsonl');
      expect(existsSync(file)).toBe(true);
      const ids = readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { id: string }).id);
      expect([place, ids.length, new Set(ids).size]).toEqual([place, count, count]);
    }
    expect(readFileSync(join(project.folder, '.golive', 'worker.log'), 'utf8')).not.toContain('MaxListenersExceeded');
  },
  700_000,
);
