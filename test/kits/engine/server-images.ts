import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { TestEngine } from './engine.js';
import { madeOf, makeStandIns, NODE, noImages, POSTGRES, type StandIn } from './images.js';

const root = new URL('../../../', import.meta.url).pathname;
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const composeLike = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) });

/** What is missing for the images of `docker-compose.yml`; undefined when they can be made. */
export function noServerImages(): string | undefined {
  const none = 'no images: their programs are not built (.ci/engine server)';
  return noImages() ?? (madeOf('server-') === undefined ? none : undefined);
}

/** What stands in for the images that `docker-compose.yml` pins, by the name before the version. */
function plans(folder: string): Record<string, StandIn> {
  const programs = madeOf('server-') ?? '';
  const files = (...names: string[]) => Object.fromEntries(names.map((name) => [name, join(programs, name)]));
  const npmrc = join(folder, 'npmrc');
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  writeFileSync(npmrc, `registry=${registry}\ncafile=${AUTHORITIES}\n`);
  return {
    postgres: POSTGRES,
    'temporalio/admin-tools': {
      files: files('temporal', 'temporal-sql-tool', 'postgresql'),
      lines: ['COPY temporal temporal-sql-tool /usr/local/bin/', 'COPY postgresql /etc/temporal/schema/postgresql'],
    },
    'temporalio/server': {
      files: files('temporal-server'),
      lines: [
        'COPY temporal-server /usr/local/bin/',
        'WORKDIR /etc/temporal',
        'CMD ["sh", "-c", "export TEMPORAL_BROADCAST_ADDRESS=$(hostname -i); exec temporal-server start"]',
      ],
    },
    'temporalio/ui': {
      files: files('ui-server', 'docker.yaml'),
      lines: [
        'WORKDIR /home/ui-server',
        'COPY ui-server ./',
        'COPY docker.yaml config/',
        'CMD ["./ui-server", "--env", "docker", "start"]',
      ],
    },
    node: {
      // The registry of this machine, as it trusts it.
      files: { npmrc, 'ca-certificates.crt': AUTHORITIES },
      lines: [`COPY ca-certificates.crt ${AUTHORITIES}`, 'COPY npmrc /usr/local/etc/npmrc', ...NODE.lines],
    },
  };
}

/** Makes every image of `docker-compose.yml` under its pinned name; the worker's by the project's own Dockerfile. */
export async function makeServerImages(engine: TestEngine): Promise<void> {
  const { services } = composeLike.parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')));
  const dockerfile = join('deploy', 'Dockerfile');
  const node = /^FROM (node:\S+)$/m.exec(readFileSync(join(root, dockerfile), 'utf8'))?.[1] ?? '';
  const worker = services.worker?.image ?? '';
  const known = plans(engine.folder);
  const names = new Set([...Object.values(services).map(({ image }) => image), node]);
  names.delete(worker);
  const wanted = [...names].map((name) => {
    const plan = known[name.split(':')[0] ?? ''];
    if (plan === undefined) throw new Error(`Nothing stands in for the image ${name}.`);
    return [name, plan] as const;
  });
  await makeStandIns(engine, Object.fromEntries(wanted));

  // Of what is in git, as a user's is.
  const source = join(engine.folder, 'source');
  mkdirSync(source);
  const copy = 'git ls-files -z | tar --null --files-from - -c | tar -x -C "$0"';
  execFileSync('sh', ['-c', copy, source], { cwd: root });
  await engine.docker('build', '--network', 'host', '--file', join(source, dockerfile), '--tag', worker, source);
}
