import { endStack, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';

const input = { stack: 'stack', driver: 'native' };

stepKit('stack.down', {
  good: async (folder) => {
    await smallStack(folder);
    return input;
  },
  bad: () => input,
  badCode: 'NOT_FOUND',
  reachesToo: ['127.0.0.1'],
  after: endStack,
});
