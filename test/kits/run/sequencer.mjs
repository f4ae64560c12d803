import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sequencer from '@jest/test-sequencer';
import { SLOWEST_FIRST } from './slowest.mjs';

const root = new URL('../../../', import.meta.url).pathname;
for (const file of SLOWEST_FIRST) {
  if (!existsSync(join(root, file))) throw new Error(`${file} is gone: take it out of test/kits/run/slowest.mjs.`);
}

/**
 * The order of the test files: unit tests, which fail early; then the system tests, slowest first, so that no worker
 * begins a long file when the others have nothing left to do.
 */
export default class extends Sequencer {
  sort(tests) {
    const rank = ({ path, context: { config } }) => {
      if (config.displayName?.name === 'unit') return -1;
      const place = SLOWEST_FIRST.findIndex((file) => path.endsWith(`/${file}`));
      return place === -1 ? SLOWEST_FIRST.length : place;
    };
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  }
}
