import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults.js';
import { startHeld } from '../../kit/processes.js';
import { entry, services } from './stack.js';
import type { StackPorts } from './stack.js';
import { SOUND } from '../faults.js';

export interface Production {
  children: ChildProcess[];
  /** Of its services, by name. */
  parts: Partial<Record<string, ChildProcess>>;
  /** Settles when the front answers, or with an error when it has not after a while. */
  up: Promise<void>;
}

const UP_MS = 60_000;

/** Starts production: its own Postgres, Redis, API and front. Its services wait for one another. */
export function startProduction(folder: string, ports: StackPorts & { edge: number }, fault: Fault): Production {
  mkdirSync(join(folder, 'volumes'), { recursive: true });
  const started = Object.entries(services(ports, SOUND, 1, '')).map(
    ([name, { command, environment }]): [string, ChildProcess] => {
      // Production's limiter is roomier: its visitors are not a batch run.
      const roomier: Record<string, string> =
        name === 'api' ? { RATE_LIMIT_MAX: '120', RATE_LIMIT_WINDOW_MS: '60000' } : {};
      return [name, startHeld(command, { ...environment, ...roomier }, folder, join(folder, `${name}.log`))];
    },
  );
  const children = started.map(([, child]) => child);
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  children.push(
    startHeld(
      [process.execPath, entry('edge')],
      { PORT: String(ports.edge), API_URL: apiUrl, ...fault.edge },
      folder,
      join(folder, 'edge.log'),
    ),
  );
  return { children, parts: Object.fromEntries(started), up: answers(`${apiUrl}/healthz`) };
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + UP_MS;
  while (Date.now() < end) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      await response.text();
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    await sleep(150);
  }
  throw new Error(`${url} did not answer within ${UP_MS / 1000} s`);
}
