import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../../', import.meta.url).pathname;

test('every file that is to come first is there, and stands in the list once', () => {
  const slowest = JSON.parse(readFileSync(new URL('slowest.json', import.meta.url), 'utf8')) as string[];
  expect(slowest.filter((file) => !existsSync(root + file))).toEqual([]);
  expect(new Set(slowest).size).toBe(slowest.length);
});

/** What needs the built `dist/` or a server. Unit tests run before the build, and nothing ends a server after them. */
const SYSTEM = /\bdist\/|\bensureServer\(|kits\/(bundles|cli|doc-run|lab|system|temporal|watched-bundle)\.js'/;

test('what drives the build or a server is listed as a system test in jest.config.js', () => {
  const args = ['node_modules/jest/bin/jest.js', '--listTests', '--selectProjects', 'unit'];
  const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings', JEST_WORKER_ID: undefined };
  const listed = execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
  const units = listed
    .split('\n')
    .filter((line) => line.endsWith('.test.ts') && line !== new URL(import.meta.url).pathname);
  expect(units.length).toBeGreaterThan(30);
  expect(units.filter((file) => SYSTEM.test(readFileSync(file, 'utf8')))).toEqual([]);
});
