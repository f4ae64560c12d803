import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program of the system that a test has started. */
export interface Program {
  /** A folder of its own, gone with it. */
  folder: string;
  /** The last of what it said. */
  said(): string;
  /** Ends it, and takes its folder away. */
  end(): Promise<void>;
}

/** Where a program of the system lies; undefined where there is none. */
export function programAt(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/lib/postgresql'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A folder for a program, before it is started. */
export function programFolder(): string {
  return mkdtempSync(join(tmpdir(), 'golive-program-'));
}

/**
 * Starts a program of the system. It ends with the test, however that ends: its keeper reads what only the test writes,
 * and ends it when that is over.
 *
 * @param argv its path and what it is given
 * @param folder from `programFolder`: its work folder, and gone with it
 * @param env besides that of the test
 */
export function startProgram(
  argv: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const log = join(folder, 'said.log');
  const file = openSync(log, 'a');
  const keep =
    'folder=$1; shift; "$@" & pid=$!; cat >/dev/null; kill "$pid" 2>/dev/null; wait "$pid"; rm -rf "$folder"';
  const child = spawn('/bin/sh', ['-c', keep, 'keeper', folder, ...argv], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', file, file],
    // A session of its own: Ctrl-C reaches the test and not the keeper, which then sees its input end.
    detached: true,
  });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
  });
  return {
    folder,
    said: () => readFileSync(log, 'utf8').slice(-2000),
    end: async () => {
      child.stdin?.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
