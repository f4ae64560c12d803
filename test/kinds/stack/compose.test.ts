import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContainers } from '../../../kinds/stack/compose.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const line = (Service: string, State: string, Health: string, ExitCode = 0): string =>
  JSON.stringify({ ID: 'c0ffee', Service, State, Health, ExitCode, Publishers: [] });

describe('what docker compose ps prints', () => {
  test('one object a line, or one array as before v2.21', () => {
    const lines = [line('api', 'running', 'healthy'), line('redis', 'running', ''), line('db', 'exited', '', 3)];
    const expected = [
      { name: 'api', running: true, healthy: true, detail: 'healthy' },
      { name: 'redis', running: true, healthy: true, detail: 'running' },
      { name: 'db', running: false, healthy: false, detail: 'exited with code 3' },
    ];
    expect(readContainers(`${lines.join('\n')}\n`)).toEqual(expected);
    expect(readContainers(`[${lines.join(',')}]`)).toEqual(expected);
    expect(readContainers('')).toEqual([]);
    expect(() => readContainers('no configuration file')).toThrow('not its JSON');
  });
  test('a service that is still starting is not ready', () => {
    expect(readContainers(line('api', 'running', 'starting'))).toMatchObject([{ running: true, healthy: false }]);
  });
});

/** A program named docker that answers from files and notes its arguments: the real one needs an engine. */
function dockerIn(base: string, ps: string, upCode = 0): { env: NodeJS.ProcessEnv; calls: () => string[] } {
  const log = join(base, 'calls');
  const bin = join(base, 'bin');
  mkdirSync(bin);
  mkdirSync(join(base, 'stack'));
  writeFileSync(join(base, 'stack', 'compose.yaml'), 'services: {}\n');
  writeFileSync(join(base, 'ps'), ps);
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh
echo "$*" >> '${log}'
case "$*" in
  *" up "*) echo 'container api is unhealthy' >&2; exit ${upCode} ;;
  *" ps "*) cat '${join(base, 'ps')}' ;;
  *"config --services"*) printf 'api\\ndb\\n' ;;
  *" logs --no-color --no-log-prefix --tail all "*) if [ -e '${join(base, 'long')}' ]; then cat '${join(base, 'long')}'; fi ;;
  *" logs "*) echo 'last words' ;;
  "volume ls "*) printf 'old_db\\nanother\\n' ;;
  *" down"*) printf ' Volume small_db  Removing\\n Volume small_db  Removed\\n' >&2 ;;
esac
`,
  );
  chmodSync(join(bin, 'docker'), 0o755);
  return {
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}

describe('the log of a container', () => {
  const scan = async (text: string, input: object) => {
    const baseDir = temporaryFolder();
    const { env, calls } = dockerIn(baseDir, line('api', 'running', 'healthy'));
    writeFileSync(join(baseDir, 'long'), text);
    const from = { stack: 'stack', driver: 'compose', services: ['api'] };
    return { run: await runStep('log.scan', { ...from, ...input }, { goLive: { baseDir }, env }), calls };
  };
  test('is read whole, of whatever length', async () => {
    const text = `FATAL at the beginning\n${'nothing to see here at all\n'.repeat(100_000)}the end`;
    expect(failed((await scan(text, { forbidden: ['FATAL'] })).run).message).toContain('api:1: FATAL at the beginning');
    const { outputs } = passed((await scan(text, { needed: ['the end'] })).run);
    expect(outputs).toMatchObject({ looked: 100_002, unreadable: 0, leftOut: 0 });
  });
  test('since now, it is asked from the time on when the step first looked', async () => {
    const { run, calls } = await scan('ready\n', { needed: ['ready'], since: 'now' });
    passed(run);
    expect(calls().at(-1)).toMatch(/logs --no-color --no-log-prefix --tail all --since 20\S+Z api$/);
  });
  test('that is no text makes nothing known, and does no harm to the worker', async () => {
    const { run } = await scan('\ufeff'.slice(1) + Buffer.from([0xff]).toString('latin1'), { forbidden: ['('] });
    expect(failed(run).code).toBe('BAD_INPUT');
  });
});

describe('the compose driver', () => {
  test('brings up with --wait, looks, and takes down with volumes', async () => {
    const baseDir = temporaryFolder();
    const { env, calls } = dockerIn(baseDir, [line('api', 'running', 'healthy'), line('db', 'running', '')].join('\n'));
    const more = { env, goLive: { baseDir } };
    const up = await runStep('stack.up', { stack: 'stack', timeout: '30s' }, more);
    expect(passed(up).outputs).toMatchObject({ driver: 'compose', services: 2, healthy: 2, started: 0 });
    const file = join(baseDir, 'stack', 'compose.yaml');
    expect(calls()).toContain(
      `compose -f ${file} --project-directory ${join(baseDir, 'stack')} up -d --wait --wait-timeout 30`,
    );
    const down = await runStep('stack.down', { stack: 'stack', volumes: true }, { ...more, task: { step: 'down' } });
    expect(passed(down).outputs).toEqual({ stopped: 2, volumesRemoved: 1 });
    expect(calls().at(-1)).toMatch(/ down --volumes$/);
    const input = { stack: 'stack', volumes: true, listUnused: true };
    const listed = passed(await runStep('stack.down', input, { ...more, task: { step: 'list' } }));
    expect(listed.outputs).toMatchObject({ unusedVolumes: 2 });
    expect(listed.evidence.map(({ name }) => name)).toEqual(['unused-volumes.txt']);
    expect(calls().at(-1)).toContain('dangling=true');
  });

  test('a service that is not there is not ready, and up says which and why', async () => {
    const baseDir = temporaryFolder();
    const { env } = dockerIn(baseDir, line('api', 'running', 'unhealthy'), 1);
    const more = { env, goLive: { baseDir } };
    const ps = await runStep('stack.ps', { stack: 'stack', expect: 'healthy' }, more);
    expect(failed(ps).message).toBe('Not healthy: api (unhealthy), db (not created).');
    const up = await runStep('stack.up', { stack: 'stack' }, { ...more, task: { step: 'up' } });
    expect(failed(up)).toMatchObject({ code: 'STACK_FAILED' });
    expect(failed(up).message).toMatch(/api is not ready \(unhealthy\): container api is unhealthy last words/);
  });
});
