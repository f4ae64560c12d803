import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../model/json.js';
import { portOf } from './port.js';
import { eventually } from './until.js';

/** What the tests of experiments ask for: rounds that are short, on a machine that may be busy. */
export const BRISK = { every: '100ms', samples: 3, rounds: 1, recoverWithin: '20s' };

/** A service of the test's own, that is well while this says so. */
export interface Service {
  url: string;
  server: Server;
  asked: number;
}

const open = new Set<Server>();
const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  open.clear();
  const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) if (child.pid) process.kill(-child.pid, 'SIGKILL');
  await Promise.all(ended);
});

export async function service(isWell: () => boolean = () => true): Promise<Service> {
  const server = createServer((_, response) => {
    told.asked += 1;
    response.writeHead(isWell() ? 200 : 503).end('ok');
  });
  const told = { url: '', server, asked: 0 };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.add(server);
  told.url = `http://127.0.0.1:${portOf(server)}`;
  return told;
}

/** Files of experiments in a folder. */
export function ballastIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.ballast') || name.startsWith('golive-chaos'));
}

/** The evidence of a step of the kit. */
export function evidenceOf(folder: string): string {
  return join(folder, 'evidence', 'data', 'phases', '1-kit.1', 'step');
}

/** Holders of all experiments whose evidence lies below a folder. */
export function holdersIn(folder: string): number[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const of = names.filter((name) => basename(name) === 'samples.jsonl').map((name) => join(folder, dirname(name)));
  return of
    .flatMap(linesIn)
    .flatMap(({ facts }) => (isJsonObject(facts) && typeof facts.holder === 'number' ? [facts.holder] : []));
}

/** The lines that an experiment has left so far. */
export function linesIn(folder: string): JsonObject[] {
  try {
    const lines = readFileSync(join(folder, 'samples.jsonl'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => parseJson(line)).filter(isJsonObject);
  } catch {
    return [];
  }
}

/** What an experiment has said of each of its rounds when it came to this mark. */
export function factsIn(folder: string, mark: string): JsonObject[] {
  return linesIn(folder).flatMap((line) => (line.mark === mark && isJsonObject(line.facts) ? [line.facts] : []));
}

/** A list of objects that outputs hold. */
export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.flatMap((one) => (isJsonObject(one) ? [one] : [])) : [];
}

/** Waits until an experiment has noted something. */
export function noted(folder: string, mark: string): Promise<boolean> {
  return eventually(`the experiment is ${mark}`, 20_000, () => linesIn(folder).some((line) => line.mark === mark), 10);
}

/** A supervisor starts this, a service that writes its pid, and starts it again whenever it ends. */
const SUPERVISOR = `
const { spawn } = require('node:child_process');
const [, folder, port, pauseMs, most] = process.argv;
let started = 0;
const start = () => {
  if (started++ >= Number(most)) return;
  const child = spawn(process.execPath, ['-e', process.env.SERVICE, 'chaos-service-' + folder, folder, port], { stdio: 'ignore' });
  child.once('exit', () => setTimeout(start, Number(pauseMs)));
};
start();
setInterval(() => {}, 1000);
`;
const SERVICE = `
const [, , folder, port] = process.argv;
require('node:http').createServer((_, response) => response.end('ok')).listen(Number(port), '127.0.0.1', () =>
  require('node:fs').writeFileSync(folder + '/service.pid', String(process.pid)));
`;

/** A service on a port, in its own process, that a supervisor starts again; both end with the test. */
export async function supervised(folder: string, port: number, { pauseMs = 300, most = 99 } = {}): Promise<string> {
  const child = spawn(process.execPath, ['-e', SUPERVISOR, folder, String(port), String(pauseMs), String(most)], {
    env: { ...process.env, SERVICE },
    detached: true,
    stdio: 'ignore',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const url = `http://127.0.0.1:${port}`;
  await eventually('the service answers', 20_000, async () => (await fetch(url)).ok);
  return url;
}
