import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type LabOptions, startLab } from '../../../client/rehearse/lab.js';
import { waitUntil } from '../../../client/server/processes.js';
import { isAlive, startTimeOf } from '../../../host/process.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-lab-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lab(source: string, said: string[] = [], given: Partial<LabOptions> = {}): ReturnType<typeof startLab> {
  const entry = join(folder, 'main.mjs');
  writeFileSync(entry, source);
  return startLab({
    name: 'x',
    fault: 'f',
    timeScale: 30,
    stateDir: folder,
    report: (line) => said.push(line),
    entry,
    ...given,
  });
}

/** Ready at once; its child lives in the same group and ignores SIGTERM. */
const STUBBORN = `
import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
process.stderr.write('preparing\\n');
process.stdout.write('not json\\n' + JSON.stringify({ ready: true, target: 't', inputs: { child: child.pid, argv: process.argv.slice(2) } }) + '\\n');
setInterval(() => {}, 1000);
`;

test('gives target and inputs, and its end takes its whole group along', async () => {
  const said: string[] = [];
  const running = await lab(STUBBORN, said);
  const { child, argv } = running.inputs;
  if (typeof child !== 'number') throw new Error('no child');
  const mark = { pid: child, startTime: startTimeOf(child) ?? '' };
  expect(running.target).toBe('t');
  expect(argv).toEqual(['--dir', running.dir, '--fault', 'f', '--time-scale', '30']);
  expect(isAlive(mark)).toBe(true);
  await running.stop();
  await running.stop();
  expect(await waitUntil(() => !isAlive(mark), 5000)).toBe(true);
  expect(said).toEqual(['preparing']);
  expect(readFileSync(join(running.dir, 'lab.log'), 'utf8')).toBe('preparing\n');
});

test('each start has a folder of its own', async () => {
  const first = await lab(STUBBORN);
  const second = await lab(STUBBORN);
  await Promise.all([first.stop(), second.stop()]);
  expect(first.dir).not.toBe(second.dir);
  expect(existsSync(first.dir)).toBe(true);
});

test('a lab that ends early says its last words', async () => {
  await expect(lab("console.error('no Postgres here'); process.exit(3);")).rejects.toThrow(
    /ended before it was ready \(code 3\).*no Postgres here/s,
  );
});

test('a lab that does not exist', async () => {
  await expect(startLab({ name: 'nope', timeScale: 1, stateDir: folder, report: () => undefined })).rejects.toThrow(
    "no lab 'nope'",
  );
});

/** Says something for a while, then is ready; or is silent. */
const preparing = (heard: boolean): string => `
const said = ${heard} && setInterval(() => console.error('builds it'), 100);
setTimeout(() => {
  clearInterval(said);
  process.stdout.write(JSON.stringify({ ready: true, target: 't', inputs: {} }) + '\\n');
}, 3000);
setInterval(() => {}, 1000);
`;

test('a lab that says what it prepares is waited for, and a silent one is not', async () => {
  const running = await lab(preparing(true), [], { patienceMs: 1500 });
  await running.stop();
  await expect(lab(preparing(false), [], { patienceMs: 1500 })).rejects.toThrow(
    'is not ready, and was silent for 1.5 s',
  );
});

test('an interrupt ends a lab that is not ready yet', async () => {
  const interrupt = new AbortController();
  const said: string[] = [];
  const coming = lab("console.error('begun'); setInterval(() => {}, 1000);", said, { signal: interrupt.signal });
  const refused = expect(coming).rejects.toThrow('was left before it was ready');
  await waitUntil(() => said.length > 0, 20_000);
  interrupt.abort();
  await refused;
});
