import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertInput } from '../../kits/alert-input.js';
import { channel } from '../../kits/channel.js';
import { stepKit } from '../../kits/step-kit.js';

channel((base) => ({ TEST_HOOK: `${base}/hook` }));

stepKit('alert.clear', {
  good: () => alertInput(),
  bad: (folder) => {
    writeFileSync(join(folder, 'broken.json'), '{');
    return alertInput({ state: 'broken.json' });
  },
  badCode: 'EXPECTATION_FAILED',
  reachesToo: ['127.0.0.1'],
});
