import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { samplesOfCsv, targetCsv, targetFigures } from '../../../kinds/load/target-figures.js';
import { targetPage } from '../../../kinds/load/target-page.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

let server: Server;
let url: string;
let children: ChildProcess[];
beforeEach(async () => {
  children = [];
  server = createServer((_, response) => void response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A process that uses a processor, 64 MiB of memory, and a child of its own. */
const BUSY = `const { spawn } = require('node:child_process');
const held = Buffer.alloc(64 * 1024 * 1024, 1);
const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
process.on('exit', () => child.kill('SIGKILL'));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => { for (const end = Date.now() + 40; Date.now() < end; ) held[0] += 1; }, 50);
console.log('up');`;

async function busy(): Promise<string> {
  const child = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout ?? child, 'data');
  const pidFile = join(temporaryFolder(), 'service.pid');
  writeFileSync(pidFile, `${child.pid}\n`);
  return pidFile;
}

const input = (process: JsonObject): JsonObject => ({
  profile: { agents: 5, perMinute: 600, duration: '3s' },
  requests: { root: { url } },
  maxLag: '5s',
  process,
});
const run = async (process: JsonObject) =>
  runStep('load.run', input(process), { goLive: { baseDir: temporaryFolder() } });

describe('a process that runs here', () => {
  test('its processor, memory and open files are sampled, with all that it started', async () => {
    const step = await run({ pidFile: await busy() });
    const { outputs } = passed(step);
    expect(outputs.targetUnknown).toBeUndefined();
    const csv = readFileSync(join(step.folder, 'target_profile.csv'), 'utf8');
    const samples = samplesOfCsv(csv);
    expect(samples.length).toBeGreaterThanOrEqual(3);
    expect(samples.every(({ processes }) => processes === 2)).toBe(true);
    expect(outputs.target).toEqual(targetFigures(samples));
    const { gone, cpuMax, rssMax, openFilesMax } = targetFigures(samples);
    expect(gone).toBe(0);
    expect(cpuMax).toBeGreaterThan(1);
    expect(rssMax).toBeGreaterThan(64 * 1024 * 1024);
    expect(openFilesMax).toBeGreaterThan(10);
    const page = readFileSync(join(step.folder, 'target_profile.html'), 'utf8');
    expect(page.match(/<polyline points="[\d., -]+"\/>/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|https?:|url\(/);
    const again = await recomputeOutputs('load.run', step.task.input, (name) =>
      existsSync(join(step.folder, name)) ? readFileSync(join(step.folder, name)) : undefined,
    );
    expect(again).toMatchObject({ target: outputs.target });
  });
});

describe('a process that is not to be found', () => {
  test.each([
    ['no such pid file', { pidFile: 'nowhere.pid' }, /no process of nowhere\.pid runs on this machine/],
    ['no such command', { command: 'no-such-service-anywhere' }, /no process with "no-such-service-anywhere"/],
  ])('%s: the load is one without it, and nothing looks like data', async (_, process, why) => {
    const step = await run(process);
    const { outputs, summary } = passed(step);
    expect(outputs).toMatchObject({ tasks: 30, targetUnknown: expect.stringMatching(why) });
    expect(outputs.target).toBeUndefined();
    expect(summary).toMatch(/the process was not sampled: no process/);
    for (const name of ['target_profile.csv', 'target_profile.html'])
      expect(existsSync(join(step.folder, name))).toBe(false);
  });
});

describe('what samples come to', () => {
  const samples = [
    { atMs: 0, processes: 2, rssBytes: 1000, openFiles: 9 },
    { atMs: 500, processes: 2, cpuPercent: 50.5, rssBytes: 3000, openFiles: 8 },
    { atMs: 1000, processes: 0 },
    { atMs: 1500, processes: 1, rssBytes: 500 },
  ];

  test('looks at which it did not run are counted, and are no zero', () => {
    expect(targetFigures(samples)).toEqual({
      samples: 4,
      gone: 1,
      cpuMean: 50.5,
      cpuMax: 50.5,
      rssMax: 3000,
      openFilesMax: 9,
    });
    expect(targetFigures([{ atMs: 0, processes: 0 }])).toEqual({ samples: 1, gone: 1 });
  });

  test('what is written is read again; another line is refused', () => {
    expect(samplesOfCsv(targetCsv(samples))).toEqual(samples);
    expect(() => samplesOfCsv(`${targetCsv(samples)}1,2,three,4,5\n`)).toThrow(/cannot be read/);
  });

  test('its page escapes the name, and breaks a line where nothing is known', async () => {
    const page = await targetPage('with "<b>" in it', samples);
    expect(page).toContain('&lt;b&gt;');
    expect(page.match(/<polyline/g)).toHaveLength(4);
    expect(await targetPage('x', [{ atMs: 0, processes: 0 }])).toContain('not known');
  });
});
