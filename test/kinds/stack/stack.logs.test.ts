import { join } from 'node:path';
import { endStack, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep } from '../../kits/step-run.js';

const input = { stack: 'stack', driver: 'native' };

stepKit('stack.logs', {
  good: async (folder) => {
    await smallStack(folder);
    passed(await runStep('stack.up', input, { goLive: { baseDir: folder, evidenceDir: join(folder, 'other') } }));
    return { ...input, services: { api: 80, store: 80 } };
  },
  bad: async (folder) => {
    await smallStack(folder);
    return { ...input, services: { nobody: 80 } };
  },
  badCode: 'NOT_FOUND',
  reachesToo: ['127.0.0.1'],
  after: endStack,
});
