import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programAt } from '../program.js';
import { ENGINE_CACHE, type TestEngine } from './engine.js';

/** A Linux of one program, as large as a picture: a shell, a web server and what asks it. */
export const SMALL_IMAGE = 'golive-test-small:1.0';
const COMMANDS = ['sh', 'cat', 'echo', 'httpd', 'kill', 'mkdir', 'rm', 'sleep', 'test', 'touch', 'true', 'wget'];

/** Makes `SMALL_IMAGE` of the machine's busybox. */
export async function makeSmallImage(engine: TestEngine): Promise<void> {
  const root = mkdtempSync(join(engine.folder, 'small-'));
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'tmp'));
  copyFileSync(programAt('busybox') ?? '', join(root, 'bin', 'busybox'));
  for (const name of COMMANDS) symlinkSync('busybox', join(root, 'bin', name));
  execFileSync('tar', ['-C', root, '-cf', join(engine.folder, 'small.tar'), '.']);
  rmSync(root, { recursive: true });
  await engine.docker('import', '--change', 'ENV PATH=/bin', join(engine.folder, 'small.tar'), SMALL_IMAGE);
}

const BASE_IMAGE = 'golive-test-base:1.0';
const STAND_INS = fileURLToPath(new URL('stand-ins', import.meta.url));

/** What an image that cannot be pulled is made of here, on the one base: files, by the names that the lines take. */
export interface StandIn {
  files?: Record<string, string>;
  lines: string[];
}

const entered = (name: string, command: string): StandIn => ({
  files: { 'entrypoint.sh': join(STAND_INS, `${name}.sh`) },
  lines: ['COPY entrypoint.sh /entrypoint.sh', 'ENTRYPOINT ["sh", "/entrypoint.sh"]', `CMD ["${command}"]`],
});

export const POSTGRES = entered('postgres', 'postgres');
export const REDIS = entered('redis', 'redis-server');
export const NODE: StandIn = { lines: ['CMD ["node"]'] };

/** What `.ci/engine` has made that begins with a name; undefined where it has not. */
export function madeOf(begin: string): string | undefined {
  const found = existsSync(ENGINE_CACHE) ? readdirSync(ENGINE_CACHE) : [];
  const name = found.find((one) => one.startsWith(begin) && !one.endsWith('.new'));
  return name && join(ENGINE_CACHE, name);
}

/** What is missing for images that stand in for those of a registry; undefined when they can be made. */
export function noImages(): string | undefined {
  return madeOf('base-') === undefined ? 'no images: their base is not made (.ci/engine base)' : undefined;
}

/**
 * Makes images that stand in for those of a registry, which a test cannot pull.
 *
 * @param wanted by the name under which each is asked for
 */
export async function makeStandIns(engine: TestEngine, wanted: Record<string, StandIn>): Promise<void> {
  const path = 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await engine.docker('import', '--change', path, madeOf('base-') ?? '', BASE_IMAGE);
  for (const [name, { files = {}, lines }] of Object.entries(wanted)) {
    const context = mkdtempSync(join(engine.folder, 'context-'));
    for (const [file, from] of Object.entries(files)) cpSync(from, join(context, file), { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), [`FROM ${BASE_IMAGE}`, ...lines, ''].join('\n'));
    await engine.docker('build', '--quiet', '--tag', name, context);
    rmSync(context, { recursive: true });
  }
}
