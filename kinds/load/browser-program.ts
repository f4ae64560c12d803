import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { CheckContext, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { onPath } from '../../host/executables.js';
import { endMarked } from '../quality/survivors.js';
import { BROWSERS } from './load-request.js';

/** Short, as is what follows: the path of a socket in it has 107 characters at most (unix(7)). */
const PREFIX = 'golive-web-';
const VERSION_MS = 20_000;
const memory = z.object({ folder: z.string() });

/** The Chromium of this machine. */
interface Found {
  path: string;
  /** As it says itself: name and version. */
  version: string;
}

/** @throws StepError TOOL_MISSING */
export async function findBrowser(context: Pick<CheckContext, 'env' | 'run'>): Promise<Found> {
  const [path] = BROWSERS.flatMap((name) => onPath(name, context.env()));
  if (path === undefined) throw missing(`none of ${BROWSERS.join(', ')} is on PATH`);
  const { exitCode, stdout } = await context.run({
    argv: [path, '--version'],
    own: true,
    pin: false,
    timeoutMs: VERSION_MS,
  });
  const version = stdout.trim().split('\n').at(-1) ?? '';
  if (exitCode !== 0 || version === '') throw missing(`${path} --version does not say a version`);
  return { path, version };
}

/** @param why a clause */
export function missing(why: string): StepError {
  return new StepError('TOOL_MISSING', `The load was not run, for it has pages to open in a browser: ${why}.`, {
    hint: 'Install Chromium (Debian: apt-get install chromium) and the package playwright-core where the worker runs, or take the pages out of the mix.',
  });
}

/** What a generator is given to start a browser with. */
interface Room {
  /** Starts the browser; it ends together with who started it. */
  program: string;
  /** Variables of its environment. */
  env: Record<string, string>;
}

/**
 * A folder for what a browser leaves, while it is used. Whatever becomes of the generator, nothing of it runs or lies there
 * afterwards; what a killed worker leaves, the next attempt takes away.
 */
export async function inRoom<T>(path: string, context: StepContext, use: (room: Room) => Promise<T>): Promise<T> {
  const { data } = memory.safeParse(await context.recall());
  if (data !== undefined && basename(data.folder).startsWith(PREFIX)) await clear(data.folder);
  const folder = join(context.env()['TMPDIR'] ?? tmpdir(), `${PREFIX}${randomBytes(4).toString('hex')}`);
  await context.remember({ folder });
  try {
    await mkdir(folder, { mode: 0o700 });
    const program = join(folder, 'browser');
    const env = { TMPDIR: folder };
    await writeFile(program, starter(path), { mode: 0o700 });
    return await use({ program, env });
  } finally {
    await clear(folder);
  }
}

/**
 * A browser leads a group of its own, so the end of the generator's does not reach it: the kernel ends it with whoever
 * started it (prctl(2), PR_SET_PDEATHSIG), where setpriv of util-linux is there; elsewhere the pipe does by which it is told
 * what to do.
 */
export function starter(path: string): string {
  const setpriv = '/usr/bin/setpriv --pdeathsig KILL --';
  const browser = `'${path.replaceAll("'", String.raw`'\''`)}' "$@"`;
  return `#!/bin/sh\nif ${setpriv} true 2>/dev/null; then exec ${setpriv} ${browser}; fi\nexec ${browser}\n`;
}

async function clear(folder: string): Promise<void> {
  await endMarked(`TMPDIR=${folder}`);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
