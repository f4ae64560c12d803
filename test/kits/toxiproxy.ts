import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../lab/kit/ports.js';
import { z } from 'zod';
import { type Program, programAt, programFolder, startProgram } from './program.js';
import { eventually } from './until.js';

const proxyNow = z.object({ enabled: z.boolean(), toxics: z.array(z.object({ name: z.string(), type: z.string() })) });

/** A Toxiproxy of the test's own. */
export interface TestToxiproxy {
  /** Address of its API. */
  url: string;
  /** Makes a proxy in front of an address; gives where it listens. */
  proxy(name: string, upstream: string): Promise<string>;
  /** A proxy as it is. */
  now(name: string): Promise<z.infer<typeof proxyNow>>;
  post(path: string, body: object): Promise<void>;
  remove(path: string): Promise<void>;
  end(): Promise<void>;
}

const CACHE = process.env.GOLIVE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'golive');

/** Where `toxiproxy-server` lies: on the PATH, or in golive's cache. */
function toxiproxyServer(): string {
  const cached = join(CACHE, 'bin', 'toxiproxy-server');
  const found = programAt('toxiproxy-server') ?? (existsSync(cached) ? cached : undefined);
  if (found) return found;
  throw new Error('There is no toxiproxy-server on the PATH or in golive’s cache: .ci/run says how to get it.');
}

export async function startToxiproxy(): Promise<TestToxiproxy> {
  const port = await freePort();
  const folder = programFolder();
  const program: Program = startProgram([toxiproxyServer(), '-host', '127.0.0.1', '-port', String(port)], folder);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  try {
    await eventually('toxiproxy answers', 20_000, async () => (await fetch(`${url}/version`)).ok);
  } catch (error) {
    const said = program.said();
    await program.end();
    throw new Error(`toxiproxy did not start: ${said}`, { cause: error });
  }
  return {
    url,
    proxy: async (name, upstream) => {
      const made = await ask('POST', '/proxies', { name, upstream, listen: '127.0.0.1:0', enabled: true });
      const { listen } = z.object({ listen: z.string() }).parse(made);
      return `http://${listen}`;
    },
    now: async (name) => proxyNow.parse(await ask('GET', `/proxies/${name}`)),
    post: async (path, body) => {
      await ask('POST', path, body);
    },
    remove: async (path) => {
      await ask('DELETE', path);
    },
    end: () => program.end(),
  };
}
