import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Set by the lab host for what it starts: the process ends when its stdin does, so a killed host leaves nothing. */
export const FOLLOW_STDIN = 'LC_FOLLOW_STDIN';

/** True when stdin is a pipe or socket that somebody holds; `/dev/null` and files end at once and mean nothing. */
export function stdinIsHeld(): boolean {
  if (isatty(0)) return false;
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

export function onStdinEnd(stop: () => void): void {
  process.stdin.on('end', stop).on('close', stop).on('error', stop);
  process.stdin.resume();
}

/**
 * Runs `stop` once, on SIGTERM or SIGINT, then exits 0 (1 when stopping failed).
 * Handlers that libraries put there before are taken away: one owner decides how the process ends.
 */
export function endsCleanly(stop: () => Promise<void>): () => void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`could not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, end);
  }
  if (process.env[FOLLOW_STDIN] === '1') onStdinEnd(end);
  return end;
}

/** Reads a required whole number; a clear error names the option. */
export function port(name: string, text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new Error(`${name} must be a port from 1 to 65535, got ${JSON.stringify(text ?? 'nothing')}`);
  }
  return value;
}
