import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { someFiles } from '../../kits/some-files.js';
import { stepKit } from '../../kits/step-kit.js';

stepKit('file.copy', {
  good: (folder) => {
    someFiles(folder);
    return { from: 'results/a.txt', to: 'copy.txt' };
  },
  bad: () => ({ from: 'absent.txt', to: 'copy.txt' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'copy.txt'))).toBe(false),
});
