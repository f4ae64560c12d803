import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Project } from '../kits/cli.js';
import { noEngine, openEngine, type TestEngine } from '../kits/engine/engine.js';
import { makeStandIns, NODE, noImages, POSTGRES, REDIS } from '../kits/engine/images.js';

/** Long: `npm run test:containers` takes it. */
const problem = process.env.GOLIVE_ALL === '1' ? (noEngine() ?? noImages()) : 'only with GOLIVE_ALL=1';
const suite = problem === undefined ? describe : describe.skip;

const outcomeLike = z.object({
  verdict: z.string(),
  decisions: z.array(z.object({ id: z.string(), verdict: z.string() })),
  failedGates: z.array(z.unknown()),
  bundle: z.string(),
});

suite(`LCopilot Day 3 on containers${problem === undefined ? '' : ` (not run: ${problem})`}`, () => {
  let engine: TestEngine;
  let project: Project;
  beforeAll(async () => {
    engine = openEngine();
    await engine.start();
    // Under the names that the lab's compose file asks for.
    await makeStandIns(engine, {
      'postgres:18-alpine': POSTGRES,
      'redis:7-alpine': REDIS,
      'node:20-alpine': NODE,
    });
    await engine.stop();
    project = await Project.open();
  }, 180_000);
  afterAll(async () => {
    await project?.close();
    await engine?.end();
  }, 90_000);

  test('from an engine that is offline to SOLID GREEN GO, as on processes', async () => {
    const inputs = {
      driver: 'compose',
      engineStart: JSON.stringify(engine.startArgv),
      mounts: '["/data/volumes/audit"]',
    };
    const given = Object.entries(inputs).flatMap(([name, value]) => ['--input', `${name}=${value}`]);
    const args = ['rehearse', 'lcopilot-day3', '--json', '--non-interactive', '--time-scale', '60', ...given];
    const { code, stdout, stderr } = await project.start(args, engine.env).ended;
    expect([code, stderr.slice(-2000)]).toEqual([0, stderr.slice(-2000)]);
    const outcome = outcomeLike.parse(JSON.parse(stdout));
    expect(outcome.decisions.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['local-go', 'go'],
      ['deployment', 'go'],
    ]);
    expect([outcome.verdict, outcome.failedGates]).toEqual(['go', []]);
    const events = readFileSync(join(outcome.bundle, 'data', 'events.jsonl'), 'utf8');
    expect(events).toContain('The container engine answers (compose); it was started just now');
    expect(events).toMatch(/3 services run \(compose\), 3 of them ready, 3 started now/);
    // The lab has taken its containers along.
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
    expect(await engine.docker('volume', 'ls', '--quiet')).toBe('');
  }, 300_000);
});
