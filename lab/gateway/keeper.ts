import { fileURLToPath } from 'node:url';
import { keepAlive } from '../kit/keeper.js';

/** Keeps the gateway alive, as a service manager does; takes its command line. */
const gateway = fileURLToPath(new URL('./gateway.js', import.meta.url));
keepAlive('gateway', [gateway, ...process.argv.slice(2)], 'inherit', 200);
