import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { onSmallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('stack.engine', onSmallStack);

describe('stack.engine with containers', () => {
  /** A docker that answers once somebody has started its engine, and a program that does. */
  function engineIn(base: string) {
    mkdirSync(join(base, 'stack'));
    mkdirSync(join(base, 'bin'));
    writeFileSync(join(base, 'stack', 'compose.yml'), 'services: {}\n');
    writeFileSync(join(base, 'stack', 'stack.yaml'), 'name: x\nservices: { a: { command: ["true"] } }\n');
    const up = join(base, 'engine-runs');
    const programs = {
      docker: `[ -e '${up}' ] || { echo 'Cannot connect to the daemon' >&2; exit 1; }; echo 27.0`,
      'start-engine': `touch '${up}'`,
      'start-nothing': 'true',
    };
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(base, 'bin', name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(base, 'bin', name), 0o755);
    }
    return { up, env: { ...process.env, PATH: `${join(base, 'bin')}:${process.env.PATH}` } };
  }
  const run = (start: string[] = [], more: object = {}) => {
    const baseDir = temporaryFolder();
    const { env, up } = engineIn(baseDir);
    const input = { stack: 'stack', driver: 'compose', start, ...more };
    return { up, ended: runStep('stack.engine', input, { goLive: { baseDir }, env }) };
  };

  test('an engine that is off fails, and nobody falls back to processes although they are described', async () => {
    const failure = failed(await run().ended);
    expect(failure.code).toBe('TOOL_MISSING');
    expect(failure.message).toContain('Cannot connect to the daemon');
  });

  test('with `judge: false` a gate decides: off, or not started, is told, and fails nothing', async () => {
    const off = passed(await run([], { judge: false }).ended);
    expect(off.outputs).toEqual({ driver: 'compose', answers: false, started: false });
    expect(off.summary).toContain('Cannot connect to the daemon');
    const tried = passed(await run(['start-nothing'], { within: '1s', judge: false }).ended);
    expect(tried.outputs).toMatchObject({ answers: false });
    expect(tried.summary).toContain('start-nothing ended well, but');
    expect(passed(await run(['start-engine'], { judge: false }).ended).outputs).toMatchObject({ answers: true });
    expect(failed(await run([], { judge: false, stack: 'none' }).ended).code).toBe('NOT_FOUND');
  });

  test('it is started where it can be, and waited for', async () => {
    const { up, ended } = run(['start-engine']);
    const { outputs, summary } = passed(await ended);
    expect(outputs).toEqual({ driver: 'compose', answers: true, started: true });
    expect(summary).toContain('it was started just now');
    expect(existsSync(up)).toBe(true);
  });

  test('what starts it gets its variables', async () => {
    const { up, ended } = run(['sh', '-c', 'test "$MACHINE" = big && start-engine'], { env: { MACHINE: 'big' } });
    expect(passed(await ended).outputs).toMatchObject({ started: true });
    expect(existsSync(up)).toBe(true);
  });

  test('a start that brings no engine fails when its time is over', async () => {
    const failure = failed(await run(['start-nothing'], { within: '1s' }).ended);
    expect(failure.code).toBe('STACK_FAILED');
    expect(failure.message).toMatch(/^start-nothing ended well, but The container engine does not answer/);
  });
});
