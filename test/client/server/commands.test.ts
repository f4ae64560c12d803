import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Command } from '@commander-js/extra-typings';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import * as doctor from '../../../client/commands/doctor.js';
import * as down from '../../../client/commands/down.js';
import * as ui from '../../../client/commands/ui.js';
import * as up from '../../../client/commands/up.js';
import { ensureServer, stopServer } from '../../../client/server/local-server.js';
import { randomPort } from '../../../client/server/ports.js';

const NAMES = ['GOLIVE_STATE', 'GOLIVE_CACHE', 'TEMPORAL_CLI', 'TEMPORAL_ADDRESS', 'TEMPORAL_CONFIG_FILE', 'PATH'];
const saved = new Map(NAMES.map((name) => [name, process.env[name]]));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-commands-'));
  process.env['GOLIVE_STATE'] = join(folder, 'state');
  process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'none.toml');
  delete process.env['TEMPORAL_ADDRESS'];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = undefined;
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Runs `golive …` in this process and gives what it wrote to stdout. */
async function golive(...args: string[]): Promise<string> {
  const program = new Command('golive');
  for (const command of [up, down, doctor, ui]) command.register(program);
  const stdout: string[] = [];
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => stdout.push(String(text)) > 0);
  const err = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return stdout.join('');
}

const report = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ need: z.string(), required: z.boolean(), state: z.string(), remedy: z.string().optional() }),
  ),
});

describe('the commands', () => {
  test('ui names the address of the local server, or what to do', async () => {
    await expect(golive('ui')).rejects.toMatchObject({
      options: { exitCode: 2, hint: expect.stringContaining('golive up') },
    });
    const state = join(folder, 'state');
    const ports = { grpc: await randomPort(), ui: await randomPort() };
    await ensureServer({ report: () => undefined, stateDir: state, ports });
    try {
      expect(await golive('ui')).toBe(`http://127.0.0.1:${ports.ui}\n`);
      expect(JSON.parse(await golive('ui', '--json'))).toEqual({ uiUrl: `http://127.0.0.1:${ports.ui}` });
      expect(JSON.parse(await golive('down', '--json'))).toEqual({ worker: false, server: true, stateDir: state });
      expect(await golive('down')).toBe('Worker was not running\nServer was not running\n');
    } finally {
      await stopServer(state);
    }
  }, 60_000);

  test('up refuses a port that is none', async () => {
    await expect(golive('up', '--port', '70000')).rejects.toMatchObject({ options: { exitCode: 2 } });
    await expect(golive('up', '--ui-port', '8x')).rejects.toThrow('"8x" is not a port.');
  });

  test('doctor gives a remedy for everything that is missing, and touches nothing', async () => {
    process.env['PATH'] = folder;
    process.env['GOLIVE_CACHE'] = join(folder, 'cache');
    delete process.env['TEMPORAL_CLI'];
    const { findings } = report.parse(JSON.parse(await golive('doctor', '--json')));
    const states = new Map(findings.map(({ need, state }) => [need, state]));
    expect(states.get('Node.js')).toBe('found');
    expect(states.get('Temporal CLI')).toBe('obtainable');
    expect(states.get('Temporal server')).toBe('obtainable');
    expect(states.get('git')).toBe('missing');
    expect(states.get('Docker engine')).toBe('missing');
    for (const { state, remedy } of findings) if (state !== 'found') expect(remedy).toBeTruthy();
  }, 30_000);

  test('doctor exits 2 when a server is named that does not answer', async () => {
    process.env['TEMPORAL_ADDRESS'] = `127.0.0.1:${await randomPort()}`;
    const { ok, findings } = report.parse(JSON.parse(await golive('doctor', '--json')));
    expect(ok).toBe(false);
    expect(findings.find(({ need }) => need === 'Temporal server')).toMatchObject({ state: 'missing', required: true });
    expect(process.exitCode).toBe(2);
  }, 30_000);
});
