import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { findTemporal } from '../../../client/server/find-temporal.js';
import { ensureServer, stopServer } from '../../../client/server/local-server.js';
import { randomPort } from '../../../client/server/ports.js';
import { SEARCH_ATTRIBUTE_NAMES } from '../../../model/state/search-attributes.js';
import { DYNAMIC_CONFIG } from '../../../client/server/server-flags.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** The part of the Compose specification that this file uses; strict, so that a misspelt key is found. */
const duration = z.string().regex(/^\d+(ms|s|m)$/);
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  restart: z.string().regex(/^(no|always|unless-stopped|on-failure(:\d+)?)$/),
  init: z.boolean().optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) }),
    )
    .optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  working_dir: z.string().optional(),
  stop_grace_period: duration.optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal('CMD')], z.string()),
      interval: duration,
      timeout: duration,
      retries: z.number().int().positive(),
      start_period: duration,
    })
    .optional(),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
});
const compose = z.strictObject({
  name: z.string(),
  'x-logging': z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});
function silent(): void {}

const file = compose.parse(parse(text));
const services = Object.entries(file.services);

describe('docker-compose.yml', () => {
  test('has no warning of the YAML parser and no duplicate key', () => {
    const documents = parseAllDocuments(text);
    expect(documents).toHaveLength(1);
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test.each(services)('%s depends only on services that are there and can meet the condition', (_, { depends_on }) => {
    for (const [name, { condition }] of Object.entries(depends_on ?? {})) {
      const other = file.services[name];
      expect(other).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck).toBeDefined();
      // A service that is restarted after a good end never completes.
      if (condition === 'service_completed_successfully') expect(other?.restart).toMatch(/^on-failure/);
    }
  });

  test('has no circle of dependencies', () => {
    const visit = (name: string, path: string[]): void => {
      expect(path).not.toContain(name);
      for (const next of Object.keys(file.services[name]?.depends_on ?? {})) visit(next, [...path, name]);
    };
    for (const [name] of services) visit(name, []);
  });

  test.each(services)('%s has a pinned image, of a registry or built here', (_, { image }) => {
    expect(image).toMatch(/^[a-z][\w./-]*:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    expect(image).not.toContain('auto-setup');
  });

  test.each(services)('%s publishes to the loopback address only', (_, { ports }) => {
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(services)('%s mounts files that are there, and volumes that are declared', (_, { volumes, build }) => {
    for (const volume of volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('./')) {
        expect(statSync(join(root, source)).isFile()).toBe(true);
        expect(volume).toMatch(/:ro$/);
      } else expect(Object.keys(file.volumes)).toContain(source);
    }
    if (build) expect(statSync(join(root, build.context, build.dockerfile)).isFile()).toBe(true);
  });

  test('holds no secret: passwords come from the environment, and one that is missing is an error', () => {
    for (const [, { environment }] of services) {
      for (const [name, value] of Object.entries(environment ?? {})) {
        // Where a key is, not what it is.
        if (value.startsWith('/')) continue;
        if (/PASSW|PWD|SECRET|TOKEN|KEY$/.test(name)) expect(value).toMatch(/^\$\{POSTGRES_PASSWORD:\?[^}]+\}$/);
      }
    }
  });

  test('keeps the key by which the worker seals in a volume: the next container seals by the same one', () => {
    const { environment, volumes = [] } = file.services['worker'] ?? {};
    const folders = volumes.filter((volume) => !/^[./]/.test(volume)).map((volume) => `${volume.split(':')[1]}/`);
    const key = environment?.['GOLIVE_EVIDENCE_KEY'] ?? '';
    expect(folders.filter((folder) => key.startsWith(folder))).toHaveLength(1);
  });

  test('has Temporal server and admin tools of one version', () => {
    const images = ['schema', 'temporal', 'namespace'].map((name) => file.services[name]?.image);
    expect(new Set(images.map((image) => image?.split(':')[1])).size).toBe(1);
  });

  test('gives the server the settings of the local one', () => {
    const mounted = file.services['temporal']?.volumes?.[0]?.split(':')[1];
    expect(file.services['temporal']?.environment?.['DYNAMIC_CONFIG_FILE_PATH']).toBe(mounted);
    const config = z
      .record(z.string(), z.tuple([z.strictObject({ value: z.unknown() })]))
      .parse(parse(readFileSync(join(root, 'deploy/dynamicconfig.yaml'), 'utf8')));
    const values = Object.fromEntries(Object.entries(config).map(([key, [{ value }]]) => [key, value]));
    const hosts = [...DYNAMIC_CONFIG['frontend.httpAllowedHosts'], 'temporal:*'];
    expect(values).toEqual({ ...DYNAMIC_CONFIG, 'frontend.httpAllowedHosts': hosts });
  });
});

test('setup-namespace.sh makes namespace and search attributes on a real server, and again changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'golive-namespace-'));
  try {
    const ports = { grpc: await randomPort(), ui: await randomPort() };
    const { address } = await ensureServer({ report: silent, stateDir: folder, ports });
    const temporal = await findTemporal(silent);
    const env = {
      PATH: [dirname(temporal.path), process.env['PATH']].join(delimiter),
      HOME: folder,
      TEMPORAL_ADDRESS: address,
      GOLIVE_NAMESPACE: 'team',
    };
    const run = async (): Promise<string> =>
      (await promisify(execFile)('sh', [join(root, 'deploy/setup-namespace.sh')], { env })).stdout;
    await run();
    const again = await run();
    expect(again).toContain('Namespace team is there.');
    for (const name of SEARCH_ATTRIBUTE_NAMES) expect(again).toContain(`Search attribute ${name} is there.`);
    const list = ['operator', 'search-attribute', 'list', '--namespace', 'team', '--output', 'json'];
    const { stdout } = await promisify(execFile)(temporal.path, list, { env });
    expect(stdout).toContain('GoLiveVerdict');
  } finally {
    await stopServer(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
