import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { freePort } from '../../../lab/kit/ports.js';
import { noEngine, openEngine, type TestEngine } from '../../kits/engine/engine.js';
import { makeSmallImage } from '../../kits/engine/images.js';
import { type SmallCompose, smallCompose } from '../../kits/engine/small-compose.js';
import { eventually } from '../../kits/until.js';
import { failed, passed, type RunOverrides, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

const problem = noEngine();
const suite = problem === undefined ? describe : describe.skip;

suite(`on a real container engine${problem === undefined ? '' : ` (not run: ${problem})`}`, () => {
  let engine: TestEngine;
  let base: string;
  let port: number;
  let steps = 0;
  beforeAll(async () => {
    engine = openEngine();
    base = temporaryFolder();
    port = await freePort();
    smallCompose(base, { port });
  });
  afterAll(() => engine?.end(), 60_000);

  const more = (): RunOverrides => {
    steps += 1;
    const env = { ...process.env, ...engine.env };
    return { env, goLive: { baseDir: base }, task: { step: `step-${steps}`, timeoutMs: 60_000 } };
  };
  const run = (kind: string, input: JsonObject = {}) =>
    runStep(kind, { stack: 'stack', driver: 'compose', ...input }, more());
  const define = (other: Partial<SmallCompose>): string => smallCompose(base, { port, ...other });
  const compose = (...args: string[]): Promise<string> =>
    engine.docker('compose', '--project-directory', `${base}/stack`, ...args);
  const ids = async (service: string): Promise<string> => compose('ps', '--quiet', service);

  test('an engine that is off: every kind says so, and stack.engine starts it where it is told how', async () => {
    for (const kind of ['stack.engine', 'stack.up', 'stack.ps', 'stack.down']) {
      const failure = failed(await run(kind));
      expect(failure.code).toBe('TOOL_MISSING');
      expect(failure.message).toMatch(/^The container engine does not answer \(docker info: .*Cannot connect/);
    }
    const nothing = failed(await run('stack.engine', { start: ['true'], within: '2s' }));
    expect(nothing.message).toMatch(/^true ended well, but The container engine does not answer/);
    const { outputs, summary } = passed(await run('stack.engine', { start: engine.startArgv }));
    expect(outputs).toEqual({ driver: 'compose', answers: true, started: true });
    expect(summary).toMatch(/it was started just now/);
    expect(passed(await run('stack.engine')).outputs).toMatchObject({ started: false });
    await makeSmallImage(engine);
  }, 60_000);

  test('up waits until all are healthy; a second up leaves them alone', async () => {
    const up = passed(await run('stack.up'));
    expect(up.outputs).toMatchObject({ driver: 'compose', services: 3, healthy: 4, started: 3 });
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).text()).toBe('well\n');
    const before = await ids('api');
    expect(passed(await run('stack.up')).outputs).toMatchObject({ healthy: 4, started: 0 });
    expect(await ids('api')).toBe(before);
  }, 60_000);

  test('ps, logs and settings tell what the containers are, say and were given', async () => {
    const ps = passed(await run('stack.ps', { expect: 'healthy' }));
    expect(ps.outputs).toEqual({ services: 4, running: 3, healthy: 4, unhealthy: [] });
    expect(ps.summary).toContain('ended as they are to: setup');
    const services = { api: 20, pool: 20 };
    const logs = passed(await run('stack.logs', { services, patterns: { critical: '^listens$|\\bup$' } }));
    // What each of the containers has said.
    expect(logs.outputs).toMatchObject({ critical: 3 });
    const scan = passed(await run('log.scan', { services: ['api'], needed: ['^listens$'] }));
    expect(scan.outputs).toMatchObject({ looked: 1 });
    const given = { service: 'api', env: { COLOUR: 'green' }, mounts: ['/rows'] };
    expect(passed(await run('stack.settings', given)).outputs).toMatchObject({
      containers: 1,
      differs: [],
      missing: [],
    });
    const other = await run('stack.settings', { ...given, env: { COLOUR: 'blue' }, mounts: ['/rows', '/other'] });
    expect(failed(other).message).toMatch(/has not the wanted value of COLOUR, and has nothing mounted at \/other/);
  }, 60_000);

  test('a container of `compose run` is not the service', async () => {
    await compose('run', '--detach', '--no-deps', '--name', `small-${port}-run`, 'api', 'sleep', '1000');
    expect(passed(await run('stack.ps')).outputs).toMatchObject({ services: 4, running: 3, healthy: 4 });
    expect(passed(await run('stack.settings', { service: 'api' })).outputs).toMatchObject({ containers: 1 });
    await engine.docker('rm', '--force', `small-${port}-run`);
  }, 60_000);

  test('of replicas each counts: one that is killed, one that was never made', async () => {
    const [one = ''] = (await ids('pool')).split('\n');
    await engine.docker('kill', one);
    const killed = failed(await run('stack.ps', { expect: 'healthy' }));
    expect(killed.message).toMatch(/pool \(1 of 2 containers: small-\d+-pool-\d exited with code 137\)/);
    passed(await run('stack.up'));
    define({ pool: 3 });
    const short = failed(await run('stack.ps', { expect: 'healthy' }));
    expect(short.message).toMatch(/pool \(2 of 3 containers are there\)/);
    define({});
  }, 60_000);

  test('a container that becomes unhealthy is told, with its service', async () => {
    await compose('exec', 'api', 'rm', '/tmp/ready');
    await eventually('Docker calls it unhealthy', 20_000, async () => (await compose('ps')).includes('(unhealthy)'));
    const failure = failed(await run('stack.ps', { expect: 'healthy' }));
    expect(failure.message).toBe('Not healthy: api (unhealthy).');
    expect(failed(await run('stack.up', { timeout: '10s' })).message).toMatch(/Service api is not ready \(unhealthy\)/);
    await compose('exec', 'api', 'touch', '/tmp/ready');
  }, 60_000);

  test('an undo brings back what the step replaced, and stops what it started', async () => {
    await compose('rm', '--stop', '--force', 'pool');
    await eventually('api is well', 20_000, async () => !(await compose('ps')).includes('(unhealthy)'));
    const store = await ids('store');
    define({ colour: 'blue' });
    const up = await run('stack.up');
    expect(passed(up).outputs).toMatchObject({ started: 1 });
    const isColour = async (env: string) =>
      passed(await run('stack.settings', { service: 'api', env: { COLOUR: env } }));
    await isColour('blue');
    const undone = await runTask('stack.up', undoOf(up.task, up.result?.outputs), { ...more(), part: 'undo' });
    expect(passed(undone).summary).toMatch(/^1 service stopped .*, 1 brought back/);
    await isColour('green');
    expect(await ids('store')).toBe(store);
    expect(await ids('pool')).toBe('');
    define({});
  }, 60_000);

  test('a daemon that is killed while a stack comes up fails the step, and the next attempt goes on', async () => {
    await compose('down', '--volumes', '--timeout', '1');
    define({ late: true });
    const overrides = more();
    const coming = runStep('stack.up', { stack: 'stack', driver: 'compose' }, overrides);
    await eventually('api waits', 30_000, async () => (await ids('api')) !== '');
    await engine.kill();
    const failure = failed(await coming);
    expect(failure.message).toMatch(/docker compose .*(Cannot connect|EOF|closed|reset)/s);
    expect(failed(await run('stack.ps')).code).toBe('TOOL_MISSING');
    await engine.start();
    define({});
    const again = await runTask('stack.up', (await coming).task, overrides);
    expect(passed(again).outputs).toMatchObject({ healthy: 4 });
    const undone = await runTask('stack.up', undoOf(again.task, again.result?.outputs), { ...more(), part: 'undo' });
    expect(passed(undone).summary).toMatch(/^3 services stopped/);
    expect(passed(await run('stack.down', { volumes: true })).outputs).toMatchObject({ stopped: 0, volumesRemoved: 1 });
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
  }, 90_000);
});
