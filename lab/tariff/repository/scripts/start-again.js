import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Asks its keeper to start the service, when nobody else does. */
const [folder = process.env.TARIFF_DATA ?? 'data'] = process.argv.slice(2);
process.kill(Number(readFileSync(join(folder, 'keeper.pid'), 'utf8')), 'SIGUSR1');
