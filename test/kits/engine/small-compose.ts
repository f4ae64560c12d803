import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SMALL_IMAGE } from './images.js';

/** What a test may want otherwise of the small stack. */
export interface SmallCompose {
  /** Port of this machine at which `api` answers. */
  port: number;
  /** What `api` is given as `COLOUR`. */
  colour?: string;
  /** Containers of `pool`. */
  pool?: number;
  /** `api` is not ready before somebody makes `/tmp/ready` in it. */
  late?: boolean;
}

const check = (test: string) => ({
  test: ['CMD-SHELL', test],
  interval: '500ms',
  timeout: '2s',
  retries: 2,
  start_period: '60s',
});
/** Each container is well as long as this file is in it. */
const READY = '/tmp/ready';

/**
 * Writes a stack of containers into `<base>/stack`: `store`, which `api` waits for, as it waits for the job `setup` to
 * end well; `pool` of two containers.
 */
export function smallCompose(base: string, { port, colour = 'green', pool = 2, late = false }: SmallCompose): string {
  const folder = join(base, 'stack');
  mkdirSync(folder, { recursive: true });
  const service = (script: string) => ({ image: SMALL_IMAGE, init: true, command: ['sh', '-c', script] });
  const stays = service(`echo up; touch ${READY}; sleep 100000`);
  const services = {
    store: { ...stays, volumes: ['rows:/rows'], healthcheck: check(`test -e ${READY}`) },
    setup: { ...service('echo tables made'), restart: 'no' },
    api: {
      ...service(
        `${late ? '' : `touch ${READY};`} mkdir -p /www; echo well > /www/health; echo listens; httpd -f -p 8000 -h /www`,
      ),
      environment: { COLOUR: colour },
      ports: [`127.0.0.1:${port}:8000`],
      volumes: ['rows:/rows:ro'],
      depends_on: { store: { condition: 'service_healthy' }, setup: { condition: 'service_completed_successfully' } },
      healthcheck: check(`test -e ${READY} && wget -q -O /dev/null http://127.0.0.1:8000/health`),
    },
    pool: { ...stays, deploy: { replicas: pool } },
  };
  writeFileSync(
    join(folder, 'compose.yaml'),
    stringify({ name: `small-${port}`, services, volumes: { rows: {} } }, { aliasDuplicateObjects: false }),
  );
  return folder;
}
