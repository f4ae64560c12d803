import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { endStack, pidsOf, smallStack } from '../../kits/small-stack.js';
import {
  eventually,
  failed,
  passed,
  processesWith,
  runStep,
  type StepRun,
  temporaryFolder,
} from '../../kits/step-run.js';

const input = { stack: 'stack', driver: 'native' };

describe('a native stack', () => {
  let base = '';
  let evidence = 0;
  beforeEach(() => {
    base = temporaryFolder();
  });
  afterEach(() => endStack(base));
  const run = (kind: string, more: Record<string, string | boolean> = {}): Promise<StepRun> =>
    runStep(
      kind,
      { ...input, ...more },
      { goLive: { baseDir: base, evidenceDir: join(base, `evidence-${++evidence}`) } },
    );

  test('comes up in the order of dependence, and a second up leaves it alone', async () => {
    const { folder } = await smallStack(base);
    expect(passed(await run('stack.up')).outputs).toMatchObject({
      driver: 'native',
      services: 2,
      healthy: 2,
      started: 2,
    });
    const pids = pidsOf(folder);
    const startedAt = (name: string): string =>
      (JSON.parse(readFileSync(join(folder, '.stack', `${name}.json`), 'utf8')) as { startedAt: string }).startedAt;
    expect(startedAt('store') < startedAt('api')).toBe(true);
    expect(passed(await run('stack.up')).outputs).toMatchObject({ services: 2, healthy: 2, started: 0 });
    expect(pidsOf(folder)).toEqual(pids);
  });

  test('a service whose environment file changed begins anew, and its log is the new one’s', async () => {
    const { folder } = await smallStack(base);
    passed(await run('stack.up'));
    const pids = pidsOf(folder);
    writeFileSync(join(folder, '.env'), 'COLOUR="blue"\n');
    expect(passed(await run('stack.up')).outputs).toMatchObject({ started: 2, healthy: 2 });
    expect(pidsOf(folder).api).not.toBe(pids.api);
    const logs = await runStep('stack.logs', { ...input, services: { api: 80 } }, { goLive: { baseDir: base } });
    const saved = readFileSync(join(logs.folder, 'api.log'), 'utf8');
    expect(saved).toContain('colour blue');
    expect(saved).not.toContain('colour none');
  });

  test('a stranger who answers at its place is no service that is ready', async () => {
    const { folder, ports } = await smallStack(base);
    const stranger = createServer((_, response) => response.end('not yours'));
    await new Promise<void>((resolve) => stranger.listen(ports.store, '127.0.0.1', resolve));
    try {
      const { code, message } = failed(await run('stack.up'));
      expect([code, message]).toEqual([
        'STACK_FAILED',
        expect.stringContaining(`Service store was not started: another process answers at`),
      ]);
      expect(existsSync(join(folder, '.stack', 'store.json'))).toBe(false);
    } finally {
      stranger.closeAllConnections();
      await new Promise((resolve) => stranger.close(resolve));
    }
    passed(await run('stack.up'));
  });

  test('a service that ends while another waits on it is the one that is named', async () => {
    const { folder } = await smallStack(base, { DELAY: '60000' }, '30s');
    const up = run('stack.up');
    await eventually(() => existsSync(join(folder, '.stack', 'api.json')), 'api begins');
    process.kill(pidsOf(folder).store ?? 0, 'SIGKILL');
    const { code, message } = failed(await up);
    expect(code).toBe('STACK_FAILED');
    expect(message).toMatch(/Service store has ended while api, which depends on it, was started; it last said: /);
  });

  test('a service that ends before it is ready fails the step with its code and last words', async () => {
    await smallStack(base, { FAIL: 'password refused' });
    const up = await run('stack.up');
    const { code, message } = failed(up);
    expect(code).toBe('STACK_FAILED');
    expect(message).toMatch(
      /Service api ended with code 7 before it was ready; it last said: .*FATAL: password refused/s,
    );
    const logs = await runStep(
      'stack.logs',
      { ...input, services: { api: 80, store: 80 } },
      { goLive: { baseDir: base } },
    );
    expect(passed(logs).outputs).toMatchObject({ critical: 1 });
  });

  test('a service that does not become ready in its time fails the step', async () => {
    await smallStack(base, { DELAY: '60000' }, '400ms');
    expect(failed(await run('stack.up')).message).toMatch(/Service api was not ready after .*ECONNREFUSED/);
  });

  const definedAs = (services: object): string => {
    const folder = join(base, 'stack');
    mkdirSync(folder);
    writeFileSync(join(folder, 'stack.yaml'), JSON.stringify({ name: 's', services }));
    return folder;
  };
  const ending = (ms: number) => [process.execPath, '-e', `setTimeout(() => process.exit(4), ${ms})`];
  const lasting = [process.execPath, '-e', 'setInterval(() => 0, 1000)'];

  test.each([
    ['alone', { a: { command: ending(0) } }],
    ['while another one starts', { a: { command: ending(60) }, b: { command: lasting } }],
    [
      'after what depends on it was started',
      { a: { command: ending(300) }, b: { command: lasting, dependsOn: ['a'] } },
    ],
  ])('a service without a probe that ends right after it was started (%s) does not stand', async (_how, services) => {
    for (const wait of ['healthy', 'started']) {
      const folder = definedAs(services);
      const up = failed(await run('stack.up', { wait }));
      expect([up.code, up.message]).toEqual(['STACK_FAILED', expect.stringMatching(/^Service a ended with code 4/)]);
      await endStack(base);
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['nothing', () => ''],
    ['a list', () => '[]'],
    ['one without a process', () => '{"startedAt":"2026-01-01T00:00:00Z"}'],
  ])('a record that is %s may tell of a process that runs: nothing is begun or stopped', async (_what, spoil) => {
    const folder = definedAs({ a: { command: lasting }, b: { command: lasting } });
    passed(await run('stack.up'));
    const [path, other] = [join(folder, '.stack', 'a.json'), join(folder, '.stack', 'b.json')];
    const [whole, whole2] = [readFileSync(path, 'utf8'), readFileSync(other, 'utf8')];
    rmSync(other);
    writeFileSync(path, spoil(whole));
    for (const kind of ['stack.up', 'stack.down', 'stack.ps']) expect(failed(await run(kind)).message).toContain(path);
    expect(existsSync(other)).toBe(false);
    writeFileSync(path, whole);
    writeFileSync(other, whole2);
    expect(passed(await run('stack.down')).outputs).toMatchObject({ stopped: 2 });
  });

  test.each(['stack.yaml', '.env', '.stack/a.json', '.stack/a.log'])('a pipe as %s is not waited for', async (name) => {
    const folder = definedAs({ a: { command: lasting } });
    writeFileSync(
      join(folder, 'stack.yaml'),
      JSON.stringify({ name: 's', envFile: '.env', services: { a: { command: lasting } } }),
    );
    writeFileSync(join(folder, '.env'), '');
    mkdirSync(join(folder, '.stack'));
    rmSync(join(folder, name), { force: true });
    execFileSync('mkfifo', [join(folder, name)]);
    const up = await run('stack.up');
    rmSync(join(folder, name));
    expect(failed(up).message).toContain(join(folder, name));
  });

  test('ps tells what runs, and fails when all must be healthy and one is not', async () => {
    const { folder } = await smallStack(base);
    passed(await run('stack.up'));
    expect(passed(await run('stack.ps', { expect: 'healthy' })).outputs).toEqual({
      services: 2,
      running: 2,
      healthy: 2,
      unhealthy: [],
    });
    process.kill(pidsOf(folder).api ?? 0, 'SIGKILL');
    await eventually(async () => passed(await run('stack.ps')).outputs.running === 1, 'the api is gone');
    expect(failed(await run('stack.ps', { expect: 'healthy' })).message).toContain('api (has ended)');
    expect(passed(await run('stack.up')).outputs).toMatchObject({ started: 1, healthy: 2 });
  });

  test('down ends all, lets them end by themselves, and removes volumes only when told', async () => {
    const { folder } = await smallStack(base);
    passed(await run('stack.up'));
    expect(passed(await run('stack.down')).outputs).toEqual({ stopped: 2, volumesRemoved: 0 });
    expect(processesWith(join(folder, 'service.cjs'))).toEqual([]);
    expect(readFileSync(join(folder, '.stack', 'api.log'), 'utf8')).toContain('api ends');
    expect(existsSync(join(folder, 'volumes', 'store', 'data'))).toBe(true);
    expect(passed(await run('stack.down', { volumes: true })).outputs).toEqual({ stopped: 0, volumesRemoved: 1 });
    expect(existsSync(join(folder, 'volumes', 'store'))).toBe(false);
    mkdirSync(join(folder, 'volumes', 'forgotten'));
    const listed = passed(await run('stack.down', { listUnused: true }));
    expect(listed.outputs).toMatchObject({ unusedVolumes: 1 });
    expect(listed.summary).toContain('volumes/forgotten');
    expect(existsSync(join(folder, 'volumes', 'forgotten'))).toBe(true);
  });

  test('a volume that leads out of the stack folder is refused and nothing is removed', async () => {
    const { folder } = await smallStack(base);
    const outside = join(base, 'precious');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), 'x');
    symlinkSync(outside, join(folder, 'volumes', 'link'));
    const yaml = readFileSync(join(folder, 'stack.yaml'), 'utf8');
    for (const volume of ['../precious', outside, 'volumes/link', '.']) {
      writeFileSync(join(folder, 'stack.yaml'), yaml.replace('volumes/store', volume));
      expect(failed(await run('stack.down', { volumes: true })).message).toContain('does not lie below');
    }
    expect(existsSync(join(outside, 'file'))).toBe(true);
  });

  test('a misspelt key, a circle and a missing folder are told by name', async () => {
    const { folder } = await smallStack(base);
    const path = join(folder, 'stack.yaml');
    const yaml = readFileSync(path, 'utf8');
    writeFileSync(path, yaml.replace('dependsOn', 'dependOn'));
    expect(failed(await run('stack.up')).message).toMatch(/services\.api.*dependOn/);
    writeFileSync(path, yaml.replace('- store', '- api'));
    expect(failed(await run('stack.up')).message).toContain('api → api');
    expect(failed(await run('stack.up', { stack: 'elsewhere' })).code).toBe('NOT_FOUND');
  });

  test('without containers and without stack.yaml, both are told', async () => {
    mkdirSync(join(base, 'stack'));
    writeFileSync(join(base, 'stack', 'compose.yaml'), 'services: {}\n');
    const failure = failed(
      await runStep('stack.up', { stack: 'stack' }, { goLive: { baseDir: base }, env: { PATH: '/nonexistent' } }),
    );
    expect(failure.code).toBe('TOOL_MISSING');
    expect(failure.message).toMatch(/docker is not on this machine, and there is no stack.yaml/);
  });
});
