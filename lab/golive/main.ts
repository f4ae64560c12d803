import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { hostLab } from '../kit/host.js';
import { messageOf } from '../kit/log.js';
import type { NamedFault } from '../kit/options.js';
import { freePorts } from '../kit/ports.js';
import { appears } from '../kit/processes.js';
import { entry, goliveOf, inputsOf, repositoryOf } from './inputs.js';

const SOUND: NamedFault = { id: 'none', summary: 'golive as it is committed.' };
/** Where the state of the go-live that waits is asked for; its worker answers. */
const ASK = '/api/v1/namespaces/default/workflows/waiting/query/state';
/** How often it is told that a part of the preparation goes on. */
const STILL_MS = 30_000;
const endSchema = z.object({ code: z.union([z.number(), z.string()]).nullish(), signal: z.string().nullish() });
const upSchema = z.object({ api: z.string(), metrics: z.string() });
const proxySchema = z.object({ url: z.string(), proxyUrl: z.string() });

/** golive as it is committed, in a folder of its own, built: what runs is what is certified. */
async function build(repository: string, running: string): Promise<void> {
  const run = async (said: string, cwd: string, program: string, ...args: string[]): Promise<void> => {
    process.stderr.write(`lab: ${said}\n`);
    // A lab that says nothing for long is taken for one that hangs.
    const still = setInterval(() => process.stderr.write(`lab: still ${said}\n`), STILL_MS);
    try {
      await promisify(execFile)(program, args, { cwd, maxBuffer: 2 ** 26 });
    } catch (error) {
      const { code, signal } = endSchema.parse(error);
      throw new Error(`${program} ended with ${code ?? signal} in ${cwd}: ${messageOf(error)}`, { cause: error });
    } finally {
      clearInterval(still);
    }
  };
  await run(
    'takes a clean copy of golive',
    repository,
    'git',
    'clone',
    '-q',
    '--no-hardlinks',
    '--',
    repository,
    running,
  );
  await run('installs what it needs', running, 'npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline');
  await run('builds it', running, 'npm', 'run', '--silent', 'build');
}

await hostLab({
  faults: [],
  sound: SOUND,
  run: async ({ dir }, start) => {
    const [repository, running] = [repositoryOf(), join(dir, 'running')];
    mkdirSync(join(dir, 'work'), { recursive: true });
    await build(repository, running);
    const [grpc = 0, ui = 0, front = 0, toxiproxy = 0, ofBootstrap = 0, uiOfBootstrap = 0] = await freePorts(6);
    const ports = ['--port', String(grpc), '--ui-port', String(ui)];
    start(entry('up'), ['--golive', goliveOf(running), '--dir', dir, ...ports]);
    await appears(join(dir, 'up.json'));
    const { api, metrics } = upSchema.parse(JSON.parse(readFileSync(join(dir, 'up.json'), 'utf8')));
    start(entry('front'), ['--port', String(front), '--api', api, '--metrics', metrics, '--ask', ASK]);
    const behind = ['--name', 'golive', '--upstream', `127.0.0.1:${front}`];
    start(entry('../kit/toxiproxy'), ['--port', String(toxiproxy), ...behind, '--file', join(dir, 'proxy.json')]);
    await appears(join(dir, 'proxy.json'));
    await appears(join(dir, 'worker.pid'));
    const proxy = proxySchema.parse(JSON.parse(readFileSync(join(dir, 'proxy.json'), 'utf8')));
    return {
      target: 'golive',
      inputs: inputsOf({ dir, repository, running, front, proxy, bootstrap: { grpc: ofBootstrap, ui: uiOfBootstrap } }),
    };
  },
});
