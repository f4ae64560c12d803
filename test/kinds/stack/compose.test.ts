import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const line = (Service: string, State: string, Health: string, ExitCode = 0): string =>
  JSON.stringify({ ID: 'c0ffee', Service, State, Health, ExitCode, Publishers: [] });

/** A program named docker that answers from files and notes its arguments: the real one needs an engine. */
function dockerIn(
  base: string,
  ps: string,
  upCode = 0,
  config = '',
  upSays = 'container api is unhealthy',
): { env: NodeJS.ProcessEnv; calls: () => string[] } {
  const log = join(base, 'calls');
  const bin = join(base, 'bin');
  mkdirSync(bin);
  mkdirSync(join(base, 'stack'));
  writeFileSync(join(base, 'stack', 'compose.yaml'), 'services: {}\n');
  writeFileSync(join(base, 'ps'), ps);
  writeFileSync(join(base, 'config'), config);
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh
echo "$*" >> '${log}'
case "$*" in
  *" up "*) echo '${upSays}' >&2; exit ${upCode} ;;
  *" ps "*) cat '${join(base, 'ps')}' ;;
  *"config --format json"*) cat '${join(base, 'config')}' ;;
  *"config --services"*) printf 'api\\ndb\\n' ;;
  *" logs --no-color --no-log-prefix --tail all "*) if [ -e '${join(base, 'long')}' ]; then cat '${join(base, 'long')}'; fi ;;
  *" logs "*) if [ -e '${join(base, 'logs')}' ]; then cat '${join(base, 'logs')}'; else echo 'last words'; fi ;;
  "volume ls "*) printf 'old_db\\nanother\\n' ;;
  *" down"*) echo "$COMPOSE_PROFILES" > '${join(base, 'profiles')}'; printf ' Volume small_db  Removing\\n Volume small_db  Removed\\n' >&2 ;;
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
    expect(readFileSync(join(baseDir, 'profiles'), 'utf8')).toBe('*\n');
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

  test.each<[string, string, string[], RegExp]>([
    ['unhealthy', line('api', 'running', 'unhealthy'), ['healthy'], /api is not ready \(unhealthy\)/],
    ['exited with 1', line('api', 'exited', '', 1), ['healthy', 'started'], /api is not ready \(exited with code 1\)/],
    ['restarting', line('api', 'restarting', '', 1), ['healthy', 'started'], /api is not ready \(restarting/],
    ['nothing', '', ['healthy', 'started'], /api is not ready \(not created\)/],
  ])('up that ends well is a failure when what stands then is %s', async (_what, api, waits, message) => {
    for (const wait of waits) {
      const baseDir = temporaryFolder();
      const { env } = dockerIn(baseDir, [api, line('db', 'running', '')].filter(Boolean).join('\n'));
      const run = await runStep('stack.up', { stack: 'stack', wait }, { env, goLive: { baseDir } });
      expect(failed(run)).toMatchObject({ code: 'STACK_FAILED', message: expect.stringMatching(message) });
    }
  });

  test('of named services, those and what they depend on are looked at', async () => {
    const config = JSON.stringify({ services: { web: { depends_on: ['db'] }, db: {}, api: {} } });
    const up = async (services: string[]) => {
      const baseDir = temporaryFolder();
      const ps = [line('db', 'running', 'unhealthy'), line('web', 'running', ''), line('tool', 'running', '')];
      const { env } = dockerIn(baseDir, ps.join('\n'), 0, config);
      return runStep('stack.up', { stack: 'stack', services }, { env, goLive: { baseDir } });
    };
    expect(failed(await up(['web'])).message).toMatch(/db is not ready \(unhealthy\)/);
    passed(await up(['tool']));
    expect(failed(await up(['gone'])).message).toMatch(/gone is not ready \(not created\)/);
  });

  test('of a stack that lists no service nobody can say that it is ready', async () => {
    const baseDir = temporaryFolder();
    const { env } = dockerIn(baseDir, '', 0, '{"services":{}}');
    const docker = join(baseDir, 'bin', 'docker');
    writeFileSync(docker, readFileSync(docker, 'utf8').replace(String.raw`printf 'api\ndb\n'`, 'true'));
    for (const expected of ['healthy', 'running']) {
      const input = { stack: 'stack', expect: expected };
      const ps = await runStep('stack.ps', input, { env, goLive: { baseDir }, task: { step: expected } });
      expect(failed(ps)).toMatchObject({
        code: 'CHECK_FAILED',
        message: `Not ${expected}: the stack lists no service.`,
      });
    }
    const up = await runStep('stack.up', { stack: 'stack' }, { env, goLive: { baseDir }, task: { step: 'up' } });
    expect(failed(up).message).toMatch(/no service outside of profiles/);
    passed(await runStep('stack.ps', { stack: 'stack' }, { env, goLive: { baseDir }, task: { step: 'look' } }));
  });

  test('a service that has ended with 0 as it is to is ready, and said', async () => {
    const baseDir = temporaryFolder();
    const config = {
      services: { api: { depends_on: { db: { condition: 'service_completed_successfully' } } }, db: {} },
    };
    const ps = [line('api', 'running', ''), line('db', 'exited', '')].join('\n');
    const { env } = dockerIn(baseDir, ps, 0, JSON.stringify(config));
    for (const expected of ['healthy', 'running']) {
      const run = await runStep(
        'stack.ps',
        { stack: 'stack', expect: expected },
        { env, goLive: { baseDir }, task: { step: expected } },
      );
      expect(passed(run)).toMatchObject({
        outputs: { services: 2, running: 1, healthy: 2, unhealthy: [] },
        summary: '1 of 2 services run, 2 ready, of them ended as they are to: db',
      });
    }
  });

  test('that Compose fails over a service that has ended as it is to is no failure', async () => {
    const config = JSON.stringify({ services: { api: {}, db: { restart: 'no' } } });
    const ps = [line('api', 'running', ''), line('db', 'exited', '')].join('\n');
    for (const [says, ends] of [
      ['service "db" exited (0)', passed],
      ['service "db" exited (1)', failed],
    ] as const) {
      const baseDir = temporaryFolder();
      const { env } = dockerIn(baseDir, ps, 1, config, says);
      ends(await runStep('stack.up', { stack: 'stack' }, { env, goLive: { baseDir } }));
    }
  });

  test('every usual file name is taken, with its override, as Compose takes them, and that is said', async () => {
    const baseDir = temporaryFolder();
    const { env, calls } = dockerIn(baseDir, [line('api', 'running', ''), line('db', 'running', '')].join('\n'));
    rmSync(join(baseDir, 'stack', 'compose.yaml'));
    for (const name of ['docker-compose.yaml', 'docker-compose.yml', 'docker-compose.override.yaml'])
      writeFileSync(join(baseDir, 'stack', name), 'services: {}\n');
    const { summary } = passed(await runStep('stack.ps', { stack: 'stack' }, { env, goLive: { baseDir } }));
    expect(summary).toContain('; of docker-compose.yml with docker-compose.override.yaml, and not docker-compose.yaml');
    const folder = join(baseDir, 'stack');
    expect(calls().at(-1)).toContain(
      `compose -f ${join(folder, 'docker-compose.yml')} -f ${join(folder, 'docker-compose.override.yaml')} --project-directory`,
    );
  });

  test('the last lines of each container are kept, and what has more is said', async () => {
    const baseDir = temporaryFolder();
    const two = [1, 2].map((number) =>
      JSON.stringify({ Name: `s-api-${number}`, Service: 'api', State: 'running', Health: '' }),
    );
    const { env, calls } = dockerIn(baseDir, two.join('\n'));
    writeFileSync(
      join(baseDir, 'logs'),
      'api-1  | ERROR early\napi-2  | two\napi-1  | ERROR one\napi-1  | three | four\n',
    );
    const run = await runStep(
      'stack.logs',
      { stack: 'stack', services: { api: 2 }, patterns: { error: '^ERROR' } },
      { env, goLive: { baseDir } },
    );
    expect(passed(run)).toMatchObject({
      outputs: { lines: 3, errors: 1, cut: ['api'] },
      summary: '3 lines, 0 critical, 1 error; api said more before, which was not looked at',
    });
    expect(readFileSync(join(run.folder, 'api.log'), 'utf8')).toBe(
      'api-1 | ERROR one\napi-1 | three | four\napi-2 | two\n',
    );
    expect(calls().at(-1)).toMatch(/ logs --no-color --tail 3 api$/);
  });
});
