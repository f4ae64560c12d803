import { readFileSync } from 'node:fs';
import Sequencer from '@jest/test-sequencer';

/** The slow files, slowest first, as the last lines of `.ci/run` tell them. */
const slowest = JSON.parse(readFileSync(new URL('slowest.json', import.meta.url), 'utf8'));

/**
 * The order of the test files: unit tests, which fail early; then the system tests, slowest first, so that no worker
 * begins a long file when the others have nothing left to do.
 */
export default class extends Sequencer {
  sort(tests) {
    const rank = ({ path, context: { config } }) => {
      if (config.displayName?.name === 'unit') return -1;
      const place = slowest.findIndex((file) => path.endsWith(`/${file}`));
      return place === -1 ? slowest.length : place;
    };
    return tests.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  }
}
