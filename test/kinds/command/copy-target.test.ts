import { expect, test } from '@jest/globals';
import { copyTarget } from '../../../kinds/command/copy-target.js';

test.each<[string[], string | undefined, string | undefined]>([
  [['cp', 'a.txt', 'b.txt'], undefined, 'b.txt'],
  [['/bin/cp', '-p', 'a.txt', 'sub/b.txt'], 'work', 'work/sub/b.txt'],
  [['mv', 'new.conf', '/etc/app.conf'], 'work', '/etc/app.conf'],
  [['cp', 'run.sh', 'scripts'], undefined, 'scripts/run.sh'],
  [['cp', 'run.sh', '.'], undefined, './run.sh'],
  [['cp', 'run.sh'], undefined, undefined],
  [['sh', 'a.sh', 'b.txt'], undefined, undefined],
])('%j writes %j', (argv, cwd, target) => {
  expect(copyTarget(argv, cwd)).toBe(target);
});

test('an expression in place of a list says nothing', () => {
  expect(copyTarget('${{ inputs.argv }}', undefined)).toBeUndefined();
});
