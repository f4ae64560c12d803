import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { logTail } from '../../../client/server/processes.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'golive-log-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const STACK = Array.from({ length: 30 }, (_, at) => `goroutine ${at} [running]`).join('\n');
const TAKEN = 'unable to start: listen tcp 127.0.0.1:7233: bind: address already in use';

test.each([
  ['the last lines', 'a\nb\nc', 2, 'b\nc'],
  ['a log that is shorter', 'a\nb\n', 5, 'a\nb'],
  [
    'a panic, and why, which its stacks push out',
    `begun\npanic: ${TAKEN}\n${STACK}`,
    1,
    `panic: ${TAKEN}\ngoroutine 29 [running]`,
  ],
  ['why, without a panic', `${TAKEN}\n${STACK}`, 1, `${TAKEN}\ngoroutine 29 [running]`],
  ['why, among the last lines', `begun\n${TAKEN}`, 2, `begun\n${TAKEN}`],
])('the end of a log: %s', (_, text, lines, expected) => {
  const file = join(folder, 'server.log');
  writeFileSync(file, `panic: of an earlier start\n${text}`);
  expect(logTail(file, lines, 'panic: of an earlier start\n'.length)).toBe(expected);
});

test('a log that is not there has no end', () => {
  expect(logTail(join(folder, 'none.log'), 3)).toBe('');
});
