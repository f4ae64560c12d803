import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { endGroup } from '../../host/process-group.js';
import { freePort } from '../../lab/kit/ports.js';
import type { KitCase } from './step-kit.js';

const SERVICE = `
const http = require('node:http');
const { PORT, NAME, FAIL, DELAY = '0', COLOUR = 'none' } = process.env;
console.log(NAME + ' starts, colour ' + COLOUR);
if (FAIL) { console.error('FATAL: ' + FAIL); process.exit(7); }
process.on('SIGTERM', () => { console.log(NAME + ' ends'); process.exit(0); });
setTimeout(() => http.createServer((_, res) => res.end('ok')).listen(Number(PORT), '127.0.0.1', () => console.log(NAME + ' ready')), Number(DELAY));
`;

export interface SmallStack {
  folder: string;
  ports: { store: number; api: number };
}

/**
 * Writes a stack of two real services, `api` depending on `store`, into `<base>/stack`.
 *
 * @param api variables of the api service: `FAIL` (a reason to end at once), `DELAY` (ms until it listens), `COLOUR`
 */
export async function smallStack(
  base: string,
  api: Record<string, string> = {},
  startTimeout = '5s',
): Promise<SmallStack> {
  const folder = join(base, 'stack');
  const ports = { store: await freePort(), api: await freePort() };
  mkdirSync(join(folder, 'volumes', 'store'), { recursive: true });
  writeFileSync(join(folder, 'volumes', 'store', 'data'), 'rows');
  writeFileSync(join(folder, 'service.cjs'), SERVICE);
  writeFileSync(join(folder, '.env'), '');
  const command = [process.execPath, 'service.cjs'];
  const stack = {
    name: 'small',
    envFile: '.env',
    services: {
      api: {
        command,
        environment: { NAME: 'api', PORT: ports.api, ...api },
        dependsOn: ['store'],
        ready: { http: { url: `http://127.0.0.1:${ports.api}/`, status: 200 } },
        startTimeout,
      },
      store: {
        command,
        environment: { NAME: 'store', PORT: ports.store },
        ready: { tcp: { host: '127.0.0.1', port: ports.store } },
        volumes: ['volumes/store'],
      },
    },
  };
  writeFileSync(join(folder, 'stack.yaml'), stringify(stack));
  return { folder, ports };
}

/** Process ids of the services by name, as the driver noted them. */
export function pidsOf(folder: string): Record<string, number> {
  const state = join(folder, '.stack');
  const files = readdirSync(state).filter((name) => name.endsWith('.json'));
  const pid = (file: string): number => (JSON.parse(readFileSync(join(state, file), 'utf8')) as { pid: number }).pid;
  return Object.fromEntries(files.map((file) => [file.slice(0, -'.json'.length), pid(file)]));
}

/** Ends what a test has left of the stack below this folder. */
export async function endStack(base: string): Promise<void> {
  await endStackIn(join(base, 'stack'));
}

/** The same of a stack's own folder. */
export async function endStackIn(folder: string): Promise<void> {
  try {
    await Promise.all(Object.values(pidsOf(folder)).map((pid) => endGroup(pid, 500)));
  } catch {
    // It was never started.
  }
}

/** A case for `stepKit` of a kind that needs no more than a stack of processes, and fails where there is none. */
export const onSmallStack: KitCase = {
  good: async (folder) => {
    await smallStack(folder);
    return { stack: 'stack', driver: 'native' };
  },
  bad: () => ({ stack: 'stack', driver: 'native' }),
  badCode: 'NOT_FOUND',
  reachesToo: ['127.0.0.1'],
  after: endStack,
};
