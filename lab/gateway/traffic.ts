import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { endsCleanly } from '../kit/life.js';

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    rate: { type: 'string' },
    lane: { type: 'string' },
    'no-strangers': { type: 'boolean' },
  },
});
const root = values.dir ?? '.';
const rate = Number(values.rate ?? 4);
let n = 0;

/** One order of everyday use: mostly local, every fourth strict, now and then of somebody who is not known. */
function drop(): void {
  n += 1;
  const lane = values.lane ?? (n % 4 === 0 ? 'strict' : 'local');
  const order = {
    id: `use-${n}`,
    origin: { actor: n % 23 === 5 && !values['no-strangers'] ? 'stranger' : 'builder', world: 'rehearsal' },
    operations: [{ op: 'write', path: `open/page-${n % 10}.md`, content: `Page ${n}\n` }],
  };
  const path = join(root, 'inbox', lane, `use-${n}.yaml`);
  writeFileSync(join(root, 'inbox', lane, `.use-${n}.new`), stringify(order));
  renameSync(join(root, 'inbox', lane, `.use-${n}.new`), path);
}

const timer = setInterval(drop, 1000 / rate);
endsCleanly(async () => clearInterval(timer));
