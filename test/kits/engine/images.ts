import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
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

/** What an image of a name that cannot be pulled is made of here, all of the one base. */
const PLANS = {
  postgres: ['COPY postgres.sh /entrypoint.sh', 'ENTRYPOINT ["sh", "/entrypoint.sh"]', 'CMD ["postgres"]'],
  redis: ['COPY redis.sh /entrypoint.sh', 'ENTRYPOINT ["sh", "/entrypoint.sh"]', 'CMD ["redis-server"]'],
  node: ['CMD ["node"]'],
} satisfies Record<string, string[]>;

/** The base that `.ci/engine base` has made; undefined where it has not. */
function baseTar(): string | undefined {
  const found = existsSync(ENGINE_CACHE)
    ? readdirSync(ENGINE_CACHE).find((name) => /^base-.*\.tar$/.test(name))
    : undefined;
  return found && join(ENGINE_CACHE, found);
}

/** What is missing for images that stand in for those of a registry; undefined when they can be made. */
export function noImages(): string | undefined {
  return baseTar() === undefined ? 'no images: their base is not made (.ci/engine base)' : undefined;
}

/**
 * Makes images that stand in for those of a registry, which a test cannot pull.
 *
 * @param wanted what each is to hold, by the name under which it is asked for
 */
export async function makeStandIns(engine: TestEngine, wanted: Record<string, keyof typeof PLANS>): Promise<void> {
  const bin = 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await engine.docker('import', '--change', bin, baseTar() ?? '', BASE_IMAGE);
  for (const [name, plan] of Object.entries(wanted)) {
    const file = join(engine.folder, 'Dockerfile');
    writeFileSync(file, [`FROM ${BASE_IMAGE}`, ...PLANS[plan], ''].join('\n'));
    await engine.docker('build', '--quiet', '--file', file, '--tag', name, STAND_INS);
  }
}
