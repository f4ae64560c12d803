import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import type { JsonObject } from '../../model/json.js';
import { failed, runStep, temporaryFolder } from '../kits/step-run.js';

let folder = '';
beforeEach(() => {
  folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});

const url = 'https://127.0.0.1:9/';
// A pipe that is waited for holds a thread of the worker, and four of them all of it.
test.each<[string, string, JsonObject, string]>([
  ['a pid file', 'process.find', { pidFile: 'pipe' }, 'CHECK_FAILED'],
  ['a secret', 'command.run', { argv: ['true'], env: { A: { file: 'pipe' } } }, 'BAD_INPUT'],
  ['authorities', 'http.check', { url, tls: { ca: 'pipe' } }, 'BAD_INPUT'],
  ['a certificate', 'http.check', { url, tls: { cert: 'pipe', key: { file: 'pipe' } } }, 'BAD_INPUT'],
  ['the outputs of a command', 'command.run', { argv: ['mkfifo', 'out'], outputs: { file: 'out' } }, 'NOT_FOUND'],
  ['a file to copy', 'file.copy', { from: 'pipe', to: 'other' }, 'BAD_INPUT'],
  ['a file to snapshot', 'file.snapshot', { from: 'pipe', to: 'other' }, 'BAD_INPUT'],
  ['a log', 'log.scan', { path: 'pipe', forbidden: ['x'] }, 'BAD_INPUT'],
])('a pipe as %s is not waited for', async (_as, kind, input, code) => {
  const run = await runStep(kind, input, { goLive: { baseDir: folder, folders: [folder] } });
  expect(failed(run).code).toBe(code);
  expect(run.durationMs).toBeLessThan(25_000);
});
