import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { takersIn } from '../../../kinds/record/taken-back.js';
import { plan } from '../../kits/plans.js';
import { temporaryFolder } from '../../kits/step-run.js';

const OTHER = plan([]);
const TAKES = { ...OTHER, takesBack: { goLive: 'shop/c1' } };
const put = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};
const planOf = (folder: string, change: string): string => join(folder, change, 'data', 'plan.json');

test('those that a plan beside takes back, with the change of the one that does', () => {
  const folder = temporaryFolder();
  put(planOf(folder, 'c1'), JSON.stringify({ plan: OTHER }));
  put(planOf(folder, 'c1-rollback-1'), JSON.stringify({ plan: TAKES }));
  put(planOf(folder, '.backups'), JSON.stringify({ plan: { ...TAKES, takesBack: { goLive: 'shop/c2' } } }));
  put(join(folder, 'note.txt'), 'x');
  put(join(folder, 'no-bundle', 'data', 'other.json'), '{}');
  put(join(folder, 'no-folder', 'data'), 'x');
  expect([...takersIn(folder)]).toEqual([['shop/c1', 'c1-rollback-1']]);
});

test.each<[string, (path: string) => void]>([
  ['empty', (path) => put(path, '')],
  ['torn', (path) => put(path, '{"plan": {')],
  ['no plan', (path) => put(path, '{"plan": 1}')],
  ['a link', (path) => symlinkSync(path, path)],
  ['a link that leads nowhere', (path) => symlinkSync('/nowhere', path)],
  ['a pipe that nobody writes into', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
])('a plan that is %s may be of one that takes back: nothing is known', (_, lay) => {
  const folder = temporaryFolder();
  const path = planOf(folder, 'c1-rollback-1');
  mkdirSync(dirname(path), { recursive: true });
  lay(path);
  expect(() => takersIn(folder)).toThrow(/is not known: .*c1-rollback-1\/data\/plan\.json cannot be read as a plan/);
});
