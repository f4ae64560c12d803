import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../lab/kit/ports.js';
import { Project } from '../kits/cli.js';
import { noEngine, openEngine, type TestEngine } from '../kits/engine/engine.js';
import { makeServerImages, noServerImages } from '../kits/engine/server-images.js';
import { eventually } from '../kits/until.js';

/** Long: `npm run test:compose` takes it. */
const problem = process.env.GOLIVE_ALL === '1' ? (noEngine() ?? noServerImages()) : 'only with GOLIVE_ALL=1';
const suite = problem === undefined ? describe : describe.skip;

const root = new URL('../../', import.meta.url).pathname;
/** The worker's image asks registries for its packages. */
const IMAGES_MS = 1_200_000;
const STAY = ['postgres', 'temporal', 'ui', 'worker'];
const END = ['schema', 'namespace'];

const RUNBOOK = `
schema: 1
id: small
title: Small
roles: { lead: Lead }
phases:
  - id: one
    title: One
    owner: lead
    steps:
      - { id: note, uses: file.write, with: { path: note.txt, content: "written in the container" } }
      - { id: who, uses: command.run, effect: none, with: { argv: [node, --version] } }
    gates:
      - { id: ran, title: Exit code, value: steps.who.exitCode, equals: 0 }
`;

suite(`docker-compose.yml on a real engine${problem === undefined ? '' : ` (not run: ${problem})`}`, () => {
  let engine: TestEngine;
  let project: Project;
  let ports: { server: number; ui: number };
  const compose = (...args: string[]): Promise<string> => {
    const files = [join(root, 'docker-compose.yml'), join(engine.folder, 'here.yaml')];
    return engine.docker('compose', ...files.flatMap((file) => ['--file', file]), ...args);
  };
  const golive = (...args: string[]) =>
    project.start(args, { TEMPORAL_ADDRESS: `127.0.0.1:${ports.server}`, TEMPORAL_NAMESPACE: 'golive' }).ended;

  /** The key by which the worker seals, as it says itself. */
  const sealer = async (): Promise<string> => {
    const doctor = await compose('exec', '-T', 'worker', 'node', '/app/dist/bin/golive.js', 'doctor');
    return /evidence key .*?(SHA256:\S+)/.exec(doctor)?.[1] ?? doctor;
  };

  beforeAll(async () => {
    process.env.POSTGRES_PASSWORD = 'of-the-test';
    engine = openEngine();
    await engine.start();
    await makeServerImages(engine);
    project = await Project.open();
    // The worker is another user, and sees the folder under the name that it has here.
    mkdirSync(join(project.folder, 'evidence'));
    for (const folder of ['', 'evidence']) chmodSync(join(project.folder, folder), 0o777);
    ports = { server: await freePort(), ui: await freePort() };
    const here = `services:
  temporal: { ports: !override ["127.0.0.1:${ports.server}:7233"] }
  ui: { ports: !override ["127.0.0.1:${ports.ui}:8080"] }
  worker: { volumes: ["${project.folder}:${project.folder}"] }
`;
    writeFileSync(join(engine.folder, 'here.yaml'), here);
  }, IMAGES_MS);
  afterAll(async () => {
    delete process.env.POSTGRES_PASSWORD;
    await project?.close();
    await engine?.end();
  }, 300_000);

  test('gives a server, a worker and the Web UI, a go-live runs through it, and nothing of it stays', async () => {
    await compose('up', '--detach', '--no-build');
    await eventually('all are healthy', 180_000, async () => {
      const states = await compose('ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}');
      return (
        STAY.every((name) => states.includes(`${name} running healthy 0`)) &&
        END.every((name) => states.includes(`${name} exited  0`))
      );
    });

    writeFileSync(join(project.folder, 'small.yaml'), RUNBOOK);
    const { code, stdout, stderr } = await golive(
      'start',
      'small.yaml',
      '--target',
      'shop',
      '--change',
      'c1',
      '--wait',
    );
    expect([code, `${stdout}${stderr}`.slice(-3000)]).toEqual([0, expect.stringContaining('GO: GO')]);
    expect(readFileSync(join(project.folder, 'note.txt'), 'utf8')).toBe('written in the container');
    const key = await sealer();
    const verified = await golive('verify', join('evidence', 'shop', 'c1'), '--key', key);
    expect([verified.code, verified.stderr]).toEqual([0, '']);

    const ui = `http://127.0.0.1:${ports.ui}`;
    const page = await fetch(`${ui}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
    const listed = await fetch(`${ui}/api/v1/namespaces/golive/workflows`);
    expect([listed.status, await listed.text()]).toEqual([200, expect.stringContaining('shop/c1')]);

    // Again, with new containers: what sets up finds all there, and the worker seals by the same key.
    await compose('up', '--detach', '--no-build', '--force-recreate');
    expect(await compose('logs', '--no-log-prefix', 'namespace')).toContain('Namespace golive is there.');
    expect(await sealer()).toBe(key);

    await compose('down', '--volumes');
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
    expect(await engine.docker('volume', 'ls', '--quiet')).toBe('');
    expect(await engine.docker('network', 'ls', '--format', '{{.Name}}')).not.toContain('golive');
  }, 400_000);
});
