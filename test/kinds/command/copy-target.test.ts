import { expect, test } from '@jest/globals';
import { copyTarget, dumpTarget } from '../../../kinds/command/copy-target.js';

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

test.each<[string[], string | undefined, string | undefined]>([
  [['pg_dump', '--format=custom', '--file=backup/before.dump', 'shop'], undefined, 'backup/before.dump'],
  [['/usr/bin/pg_dump', '-f', 'before.dump', 'shop'], 'work', 'work/before.dump'],
  [['pg_dump', '--file', '/var/backups/shop.dump'], 'work', '/var/backups/shop.dump'],
  [['mysqldump', '--result-file=shop.sql', 'shop'], undefined, 'shop.sql'],
  [['mariadb-dump', '-r', 'shop.sql', 'shop'], undefined, 'shop.sql'],
  [['pg_dump', 'shop'], undefined, undefined],
  [['pg_dump', '-f'], undefined, undefined],
  [['psql', '--file=007-up.sql'], undefined, undefined],
])('%j keeps a database in %j', (argv, cwd, target) => {
  expect(dumpTarget(argv, cwd)).toBe(target);
});
