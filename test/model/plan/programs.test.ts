import { expect, test } from '@jest/globals';
import { isPath, mayStart } from '../../../model/plan/programs.js';

const LIST = ['npm', './scripts/deploy.sh', '/usr/bin/env', '../tools/x'];

test.each<[program: string, folder: string, boolean]>([
  ['npm', '.', true],
  ['npx', '.', false],
  ['npm ', '.', false],
  ['deploy.sh', '.', false],
  ['scripts/deploy.sh', '.', true],
  ['./scripts/deploy.sh', '/books', true],
  ['./scripts/../scripts//deploy.sh', '.', true],
  ['./deploy.sh', 'scripts', true],
  ['../scripts/deploy.sh', '/books/api', true],
  ['./scripts/deploy.sh', 'api', false],
  ['/books/scripts/deploy.sh', '/elsewhere', true],
  ['/usr/bin/env', '/tmp', true],
  ['/usr/bin/../bin/env', '.', true],
  ['/usr/bin/npm', '.', false],
  ['./npm', '.', false],
  ['/tools/x', '.', true],
  ['../tools/x', '.', true],
])('%s, started in %s: %s', (program, folder, allowed) => {
  expect(mayStart(program, LIST, { folder, baseDir: '/books' })).toBe(allowed);
});

test('an empty list allows none', () => {
  expect(mayStart('npm', [], { folder: '.', baseDir: '/books' })).toBe(false);
});

test.each<[program: string, separator: string | undefined, boolean]>([
  ['npm', undefined, false],
  ['./npm', undefined, true],
  ['bin\\npm', undefined, false],
  ['bin\\npm', '\\', true],
  ['bin/npm', '\\', true],
])('%s, with the separator %s of a system, is a path: %s', (program, separator, path) => {
  expect(isPath(program, separator)).toBe(path);
});
