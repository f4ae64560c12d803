import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isPath } from '../../model/plan/programs.js';

const SETPRIV = '/usr/bin/setpriv';
let works: Promise<boolean> | undefined;

/**
 * Puts `setpriv --pdeathsig KILL --` (util-linux) before a command where the system has it, so that the kernel ends the
 * command together with its worker, also in the moment before the ledger knows its process id. It is `prctl(2)`
 * PR_SET_PDEATHSIG: it is not inherited by the command's own children, so daemons that a command starts live on; they
 * are in its group and are ended by the next attempt. Elsewhere the command is given back as it is.
 */
export async function dieWithParent(
  argv: readonly string[],
  cwd: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  works ??= promisify(execFile)(SETPRIV, ['--pdeathsig', 'KILL', '--', 'true']).then(
    () => true,
    () => false,
  );
  if (!(await works)) return argv;
  // What cannot be run is left to fail by itself, with its own error and not setpriv's.
  return canRun(argv[0] ?? '', cwd, env) ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...argv] : argv;
}

function canRun(program: string, cwd: string | undefined, env: NodeJS.ProcessEnv): boolean {
  if (isPath(program)) return isExecutable(resolve(cwd ?? '.', program));
  const folders = (env.PATH ?? '').split(':').filter((folder) => isAbsolute(folder));
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
