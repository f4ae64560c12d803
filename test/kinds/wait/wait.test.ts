import { stepKit } from '../../kits/step-kit.js';

stepKit('wait', {
  good: () => ({ for: '20ms' }),
  bad: () => ({ for: 'soon' }),
  badCode: 'BAD_INPUT',
  slow: () => ({ input: { for: '1h' }, under: async () => undefined }),
});
