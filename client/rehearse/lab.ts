import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../model/json.js';
import { CliError } from '../errors.js';
import { clean } from '../render/text.js';
import { packageRoot } from '../server/paths.js';
import { signal, waitUntil } from '../server/processes.js';

const PATIENCE_MS = 90_000;
const STOP_MS = 20_000;

/** A running lab: the system that a rehearsal acts on. */
export interface Lab {
  dir: string;
  target: string;
  /** What the runbook must know of it: addresses, folders. */
  inputs: JsonObject;
  /** Ends it with everything that it started; safe twice. */
  stop(): Promise<void>;
}

export interface LabOptions {
  /** Folder name under `lab/`. */
  name: string;
  fault?: string | undefined;
  timeScale: number;
  stateDir: string;
  /** Takes the lab's own words, one line at a time. */
  report: (line: string) => void;
  /** By default the built lab of that name. */
  entry?: string;
  /** Ends it before it is ready. */
  signal?: AbortSignal;
  /** How long it may be silent until it is ready, in ms: one that prepares for longer says what it does. */
  patienceMs?: number;
}

interface Ready {
  target: string;
  inputs: JsonObject;
}

/**
 * Starts a lab in a process group of its own and waits until it is ready.
 * @throws CliError (exit 2) when there is no such lab, it ends early, or is neither ready nor heard of for 90 s, or is interrupted
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const entry = options.entry ?? join(packageRoot(), 'dist', 'lab', options.name, 'main.js');
  if (!existsSync(entry)) {
    throw new CliError(`There is no lab '${options.name}'.`, {
      exitCode: 2,
      where: entry,
      hint: 'Build it once (npm run build), or mend `rehearsal.lab` of the runbook.',
    });
  }
  const dir = freshFolder(join(options.stateDir, 'labs'), options.name);
  const fault = options.fault === undefined ? [] : ['--fault', options.fault];
  const args = [entry, '--dir', dir, ...fault, '--time-scale', String(options.timeScale)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  // Its stdin ends with us: a lab whose golive was killed ends itself.
  child.stdin.on('error', () => undefined);
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > 8) tail.shift();
    appendFileSync(join(dir, 'lab.log'), `${line}\n`);
    options.report(clean(line, 400));
  });
  const stop = once(() => stopLab(child));
  try {
    const { target, inputs } = await readyLine(child, tail, dir, options);
    return { dir, target, inputs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function freshFolder(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  const taken = new Set(readdirSync(parent));
  for (let number = 1; ; number += 1) {
    const folder = `${name}-${number}`;
    if (taken.has(folder)) continue;
    mkdirSync(join(parent, folder));
    return join(parent, folder);
  }
}

function readyLine(
  child: ChildProcess,
  tail: readonly string[],
  dir: string,
  { signal: interrupted, patienceMs = PATIENCE_MS }: LabOptions,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => {
      const said = tail.length === 0 ? '' : ` Its last words:\n${tail.join('\n')}`;
      reject(
        new CliError(`The lab ${message}.${said}`, {
          exitCode: 2,
          where: dir,
          hint: '`golive doctor` shows what is missing on this machine.',
        }),
      );
    };
    const timer = setTimeout(() => fail(`is not ready, and was silent for ${patienceMs / 1000} s`), patienceMs);
    child.stderr?.on('data', () => timer.refresh());
    interrupted?.addEventListener('abort', () => fail('was left before it was ready'), { once: true });
    const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout });
    lines?.on('line', (line) => {
      const ready = parseReady(line);
      if (ready === undefined) return;
      clearTimeout(timer);
      resolve(ready);
    });
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('close', (code, name) => {
      clearTimeout(timer);
      fail(`ended before it was ready (${name ?? `code ${code}`})`);
    });
  });
}

function parseReady(line: string): Ready | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('ready' in value) || value.ready !== true) return undefined;
    if (!('target' in value) || typeof value.target !== 'string' || !('inputs' in value)) return undefined;
    const { target, inputs } = value;
    return typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)
      ? { target, inputs: inputs as JsonObject }
      : undefined;
  } catch {
    return undefined;
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

async function stopLab(child: ChildProcess): Promise<void> {
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  child.stdin?.end();
  if (child.pid === undefined) return;
  if (!ended()) signal(child.pid, 'SIGTERM');
  await waitUntil(ended, STOP_MS);
  // Also after a clean end: nothing of its group stays behind.
  signal(-child.pid, 'SIGKILL');
}
