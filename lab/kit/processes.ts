import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOLLOW_STDIN } from './life.js';

const GRACE_MS = 8000;

/** What services may take from the host's environment; its other variables are not their settings. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'GOLIVE_CACHE'];

function inherited(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** A process of the host, leader of its own group; its stdin is held, so that it ends when the host is killed. */
export function startHeld(
  command: readonly string[],
  env: Record<string, string>,
  cwd: string,
  logFile: string,
): ChildProcess {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('an empty command');
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...inherited(), ...env, [FOLLOW_STDIN]: '1' },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  return child;
}

/** The start time of a process in clock ticks since boot (field 22 of /proc/<pid>/stat), where there is a /proc. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces and brackets; fields count from behind the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !onlyZombies(pid);
}

/** A group whose members are all dead but not yet collected by their parent counts as ended. */
function onlyZombies(group: number): boolean {
  if (!existsSync('/proc/self/stat')) return false;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[2]) === group && fields[0] !== 'Z' && fields[0] !== 'X') return false;
    } catch {
      // It ended while we looked.
    }
  }
  return true;
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Already gone.
  }
}

/** Ends a process group: SIGTERM, then SIGKILL after a grace time. Returns when nothing of it lives. */
export async function endGroup(group: number, graceMs: number = GRACE_MS): Promise<void> {
  signal(group, 'SIGTERM');
  const until = Date.now() + graceMs;
  while (groupLives(group) && Date.now() < until) await sleep(25);
  if (!groupLives(group)) return;
  signal(group, 'SIGKILL');
  const end = Date.now() + 2000;
  while (groupLives(group) && Date.now() < end) await sleep(25);
}

interface StateFile {
  pid?: unknown;
  startTime?: unknown;
}

/** Is the process of a state file still the one that was written down? By start time, else by its working folder. */
function isSame(pid: number, state: StateFile, stackDir: string): boolean {
  if (!existsSync('/proc/self/stat')) return true;
  const now = startTime(pid);
  // The leader is gone: its id stays reserved while its group has members, so the group is still the one we know.
  if (now === undefined) return true;
  if (`${state.startTime as string | number}` === now) return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === stackDir;
  } catch {
    return false;
  }
}

function recorded(stackDir: string): number[] {
  const folder = join(stackDir, '.stack');
  if (!existsSync(folder)) return [];
  const groups: number[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue;
    try {
      const state = JSON.parse(readFileSync(join(folder, name), 'utf8')) as StateFile;
      const pid = Number(state.pid);
      if (Number.isInteger(pid) && pid > 1 && groupLives(pid) && isSame(pid, state, stackDir)) groups.push(pid);
    } catch {
      // Half written: nothing to go by.
    }
  }
  return groups;
}

/** Services of this lab that run in the stack's folder without a state file, such as those of an earlier start. */
function unrecorded(stackDir: string, entries: readonly string[]): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  const groups: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (!entries.includes(command[1] ?? '') || readlinkSync(`/proc/${name}/cwd`) !== stackDir) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      // Only a group of its own: a driver that did not detach would be ended along with it.
      if (group === Number(name)) groups.push(group);
    } catch {
      // It ended while we looked, or is not ours to see.
    }
  }
  return groups;
}

/**
 * Groups that the native stack driver left running, last started first.
 * @param stackDir absolute path without links. @param entries absolute paths of the services' programs.
 */
export function leftOver(stackDir: string, entries: readonly string[]): number[] {
  return [...new Set([...recorded(stackDir), ...unrecorded(stackDir, entries)])].toSorted((a, b) => b - a);
}

/** The server of a data folder that outlived its wrapper, by Postgres's own pid file and its working folder. */
export function strayPostgres(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 && readlinkSync(`/proc/${pid}/cwd`) === folder ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Long enough for what downloads something first. */
const READY_MS = 60_000;

/** Waits until a process has written its file, so that `ready` means that it can be used. @throws Error after a minute */
export async function appears(file: string): Promise<void> {
  const until = Date.now() + READY_MS;
  while (!existsSync(file)) {
    if (Date.now() > until)
      throw new Error(`${file} did not appear within ${READY_MS / 1000} s; see the logs beside it`);
    await sleep(20);
  }
}
