import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { endStack, pidsOf, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually } from '../../kits/step-run.js';

const input = { stack: 'stack', driver: 'native' };

function nothingRuns(folder: string): void {
  const state = join(folder, 'stack', '.stack');
  expect(existsSync(state) ? pidsOf(join(folder, 'stack')) : {}).toEqual({});
}

stepKit('stack.up', {
  good: async (folder) => {
    await smallStack(folder);
    return input;
  },
  bad: async (folder) => {
    await smallStack(folder, { FAIL: 'no such database' });
    return input;
  },
  badCode: 'STACK_FAILED',
  reachesToo: ['127.0.0.1'],
  slow: async (folder) => {
    await smallStack(folder, { DELAY: '60000' }, '60s');
    return {
      input,
      under: () => eventually(() => existsSync(join(folder, 'stack', '.stack', 'api.json')), 'api begins'),
    };
  },
  clean: nothingRuns,
  after: endStack,
});
