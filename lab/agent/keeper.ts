import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keepAlive } from '../kit/keeper.js';

/** Keeps the agent alive, as a service manager does: whenever it ends, it is started again. */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    redis: { type: 'string' },
    fault: { type: 'string' },
    'time-scale': { type: 'string' },
    'respawn-ms': { type: 'string' },
  },
});
const root = values.dir ?? '.';
const options = { dir: root, redis: values.redis ?? '', fault: values.fault ?? 'none' };
const argv = Object.entries({ ...options, 'time-scale': values['time-scale'] ?? '1' }).flatMap(([name, value]) => [
  `--${name}`,
  value,
]);
const agent = fileURLToPath(new URL('./agent.js', import.meta.url));
keepAlive('agent', [agent, ...argv], openSync(join(root, 'agent.out'), 'a'), Number(values['respawn-ms'] ?? 200));
