import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signal } from './processes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A child that may not outlive golive: how to run it, and how it is watched. */
export interface OwnedCommand {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Gets each line of stdout and stderr. */
  onLine?: (line: string) => void;
  /** Called about once a second; a reason returned ends the child. */
  onTick?: (elapsedMs: number) => string | undefined;
}

/**
 * Runs a command in its own process group until it ends. The group is killed when `onTick` says so, and when golive is interrupted.
 * @throws Error with the reason: could not be started, ended with a code (and its last lines), or was stopped
 */
export async function runOwned(options: OwnedCommand): Promise<void> {
  const started = Date.now();
  const lastLines: string[] = [];
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) signal(-child.pid, 'SIGKILL');
  };
  const interrupted = (name: NodeJS.Signals): void => {
    kill();
    // The listener is gone (once), so that this time the signal has its normal effect.
    process.kill(process.pid, name);
  };
  let stopped: string | undefined;
  for (const name of SIGNALS) process.once(name, interrupted);
  process.once('exit', kill);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      options.onLine?.(line);
    });
  }
  const tick = setInterval(() => {
    stopped ??= options.onTick?.(Date.now() - started);
    if (stopped !== undefined) kill();
  }, 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (stopped !== undefined) throw new Error(stopped);
    if (code !== 0) throw new Error(lastLines.filter((line) => line.trim() !== '').join(' / ') || `exit code ${code}`);
  } finally {
    clearInterval(tick);
    for (const name of SIGNALS) process.off(name, interrupted);
    process.off('exit', kill);
  }
}

/** Minutes and seconds, for example `3:07`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
