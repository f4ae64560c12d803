import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { eventually } from '../../kits/until.js';

/** A stand-in for the native stack driver, and the lab as a child process. Needs a built `dist/`. */

export interface Inputs {
  stackDir: string;
  casesDir: string;
  resultsDir: string;
  apiUrl: string;
  prodUrl: string;
  agents: { name: string; freeze: string[]; thaw: string[]; status: string[] }[];
}

export interface Lab {
  child: ChildProcess;
  inputs: Inputs;
  readyMs: number;
}

export const MAIN = resolve('dist/lab/lc/main.js');

export async function startLab(dir: string, args: string[]): Promise<Lab> {
  const start = Date.now();
  const child = spawn(process.execPath, [MAIN, '--dir', dir, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  const line = await new Promise<string>((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) done(text);
    });
    child.on('exit', (code) => fail(new Error(`the lab ended with ${code}: ${complaints}`)));
  });
  const { inputs } = JSON.parse(line) as { inputs: Inputs };
  return { child, inputs, readyMs: Date.now() - start };
}

export async function until(what: string, holds: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  await eventually(what, ms, holds, 30);
}

export async function connects(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

export async function status(url: string): Promise<number> {
  return fetch(url).then(
    async (response) => {
      await response.text();
      return response.status;
    },
    () => 0,
  );
}

interface Service {
  command: [string, ...string[]];
  environment: Record<string, string>;
  ready: { tcp?: { host: string; port: number }; http?: { url: string; status: number } };
}

function startTime(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Starts the services of stack.yaml one after the other, each in its own group, as the driver does. */
export async function startStack(stackDir: string): Promise<number[]> {
  const { services } = parse(readFileSync(join(stackDir, 'stack.yaml'), 'utf8')) as {
    services: Record<string, Service>;
  };
  mkdirSync(join(stackDir, '.stack'), { recursive: true });
  const pids: number[] = [];
  for (const name of ['redis', 'postgres', 'api']) {
    const service = services[name];
    if (!service) throw new Error(`stack.yaml has no service ${name}`);
    const log = openSync(join(stackDir, '.stack', `${name}.log`), 'a');
    const [program, ...args] = service.command;
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...service.environment };
    const child = spawn(program, args, { cwd: stackDir, detached: true, env, stdio: ['ignore', log, log] });
    closeSync(log);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${name} did not start`);
    pids.push(pid);
    writeFileSync(join(stackDir, '.stack', `${name}.json`), JSON.stringify({ pid, startTime: startTime(pid) }));
    const { tcp, http } = service.ready;
    await until(`${name} is ready`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      if (tcp) return connects(tcp.host, tcp.port);
      return http ? (await status(http.url)) === http.status : true;
    });
  }
  return pids;
}

export function alive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
