import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { CliError } from '../../../../client/errors.js';
import { makePlan, openRunbook } from '../../../../client/runbook/load.js';
import { writeScaffold } from '../../../../client/runbook/scaffold.js';
import type { JsonObject } from '../../../../model/json.js';
import { stepsOf } from '../../../../model/plan/plan.js';
import * as fc from 'fast-check';

let root: string;
let number = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'golive-compose-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  number += 1;
  const folder = join(root, `s${number}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The runbook of a stack with these files: its text, and the plan of it. */
async function made(files: Readonly<Record<string, string>>, inputs: JsonObject = {}) {
  const from = Object.keys(files)[0] ?? '';
  const folder = folderWith(files);
  const path = writeScaffold('shop', { dir: join(folder, 'runbooks'), from: join(folder, from) });
  const choices = { target: 'shop', change: 'c-1', mode: 'rehearse' as const, timeScale: 1, inputs };
  const plan = await makePlan(await openRunbook(path), choices);
  const [, up] = plan.phases;
  const checks = stepsOf(up?.steps ?? []).filter(({ id }) => id.startsWith('check-'));
  const given: JsonObject[] = checks.map(({ id, uses, with: own }) => ({ id, uses, ...own }));
  return { text: readFileSync(path, 'utf8'), plan, checks: given };
}

/** What is said where none can be written. */
function refusal(files: Readonly<Record<string, string>>, from = Object.keys(files)[0] ?? ''): string {
  const folder = folderWith(files);
  try {
    writeScaffold('shop', { dir: join(folder, 'runbooks'), from: join(folder, from) });
  } catch (error) {
    if (error instanceof CliError && error.options.exitCode === 2) return `${error.message} ${error.options.hint}`;
    throw error;
  }
  return 'it was written';
}
const compose = (services: object): Record<string, string> => ({ 'compose.yaml': stringify({ services }) });

describe('a service', () => {
  test.each<[string, object, object[]]>([
    [
      'whose health check asks over HTTP',
      { ports: ['8000:80'], healthcheck: { test: ['CMD', 'curl', '-f', 'http://localhost/health?full=1'] } },
      [{ uses: 'http.check', url: 'http://${{ inputs.host }}:8000/health?full=1' }],
    ],
    [
      'whose health check asks another of its ports',
      { ports: ['1:81', '8000:80'], healthcheck: { test: 'wget -qO- http://127.0.0.1:80 || exit 1' } },
      [{ uses: 'http.check', url: 'http://${{ inputs.host }}:8000/' }],
    ],
    [
      'whose health check asks a port that is not published',
      { ports: ['8000:80'], healthcheck: { test: 'curl http://localhost:9999/x' } },
      [{ uses: 'tcp.check', host: '${{ inputs.host }}', port: 8000 }],
    ],
    ['with ports and no health check', { ports: ['53:53/udp', '8000:80'] }, [{ uses: 'tcp.check', port: 8000 }]],
    [
      'that listens on one address',
      { ports: ['10.0.0.7:8000:80'] },
      [{ uses: 'tcp.check', host: '10.0.0.7', port: 8000 }],
    ],
    ['without ports', { image: 'busybox' }, []],
    ['whose ports the engine chooses', { ports: ['80'] }, []],
    ['of a profile', { ports: ['8000:80'], profiles: ['debug'] }, []],
  ])('%s is asked so', async (_name, fields, expected) => {
    const { checks } = await made(compose({ 'my_Web.1': fields, other: { image: 'x' } }));
    expect(checks).toMatchObject(expected.map((one) => ({ id: 'check-my-web-1', ...one })));
  });
});

describe('files of the field', () => {
  test('anchors, merge keys, x- extensions and the override that Compose takes', async () => {
    const { checks, text } = await made({
      'docker-compose.yml': 'x-base: &base\n  ports: ["8000:80"]\nservices:\n  api:\n    <<: *base\n    image: api:1\n',
      'docker-compose.override.yml':
        'services: { api: { ports: ["8001:81"], healthcheck: { test: "curl http://localhost:81/up" } } }\n',
    });
    expect(checks).toMatchObject([{ url: 'http://${{ inputs.host }}:8001/up' }]);
    expect(text).toContain('# Made of docker-compose.yml and docker-compose.override.yml.');
  });

  test('variables with a default, with a value in .env, and with neither are inputs', async () => {
    const files = {
      'compose.yaml': stringify({
        services: { a: { ports: ['${A:-8000}:80'] }, b: { ports: ['${B}:80'] }, c: { ports: ['${C}:80'] } },
      }),
      '.env': 'B=8100\n',
    };
    const { plan, checks } = await made(files, { cPort: 8200 });
    expect(plan.inputs).toMatchObject({ aPort: 8000, bPort: 8100, cPort: 8200 });
    expect(checks.map(({ port }) => port)).toEqual([
      '${{ inputs.aPort }}',
      '${{ inputs.bPort }}',
      '${{ inputs.cPort }}',
    ]);
    await expect(made(files)).rejects.toThrow("Input 'cPort' is missing");
  });

  test('`extends` of the same file and of another, round and round as well', async () => {
    const { checks, text } = await made({
      'compose.yaml': stringify({
        services: {
          base: { ports: ['8000:80'], extends: { service: 'base' } },
          near: { extends: 'base' },
          far: { extends: { file: 'common/base.yml', service: 'web' } },
          lost: { extends: { file: 'gone.yml', service: 'web' } },
          here: { extends: { file: '.', service: 'web' } },
          odd: { extends: { file: 5, service: 'web' } },
          none: { extends: 5 },
        },
      }),
      'common/base.yml': stringify({ services: { web: { ports: ['8100:80'] } } }),
    });
    expect(checks.map(({ id, port }) => [id, port])).toEqual([
      ['check-base', 8000],
      ['check-near', 8000],
      ['check-far', 8100],
    ]);
    for (const note of [
      'base extends base, which extends it again',
      'lost extends web, which could not be read',
      'here extends web, whose file . could not be read',
      'odd extends web, of a file that has no path',
      'none extends something that names no service',
    ])
      expect(text).toContain(`# Note: ${note}`);
  });

  test('what is not followed or started is told', async () => {
    const { text } = await made({
      'compose.yaml':
        'include: [other.yaml]\nservices:\n  a: { image: "x\\n# y", ports: !reset [] }\n  d: { profiles: [debug] }\n',
    });
    for (const note of [
      '`include` was not followed',
      'the tag !reset',
      'd is of the profiles debug',
      'a has no published TCP port',
    ])
      expect(text).toContain(note);
  });
});

/** Ten lists, each of ten times the one before. */
function bomb(): string {
  const lists = Array.from(
    { length: 9 },
    (_, at) => `x${at + 1}: &x${at + 1} [${Array(10).fill(`*x${at}`).join(', ')}]`,
  );
  return ['x0: &x0 [a]', ...lists, 'services: { a: { x-y: *x9 } }'].join('\n');
}

test.each<[string, Record<string, string>, RegExp]>([
  [
    'with a name of its own',
    { 'prod.yml': 'services: { a: {} }' },
    /steps of a stack do not take: prod.yml.*docker compose -f prod.yml config > compose.yaml/,
  ],
  ['of podman’s own name', { 'podman-compose.yml': 'services: { a: {} }' }, /do not take/],
  [
    'that Compose passes over',
    { 'docker-compose.yml': 'services: { a: {} }', 'compose.yaml': 'services: { a: {} }' },
    /Compose takes there: that is compose.yaml/,
  ],
  ['of no services', { 'compose.yaml': 'services: {}' }, /has no services/],
  ['of the first format', { 'compose.yaml': 'web: { image: x }' }, /has no services/],
  ['that is no YAML', { 'compose.yaml': 'a: [' }, /cannot be read as YAML/],
  ['that is a list', { 'compose.yaml': '[]' }, /holds no map/],
  ['of aliases that unfold without end', { 'compose.yaml': bomb() }, /cannot be read as YAML/],
  [
    'with 65 services',
    compose(Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`s${at}`, {}]))),
    /has 65 services.*64 are the most/,
  ],
  [
    'with names that programs take for something else',
    { 'compose.yaml': 'services: { a: { environment: { __proto__: { x: 1 } } } }' },
    /has the name __proto__ at services\.a\.environment\.__proto__/,
  ],
  ['with one for a service', { 'compose.yaml': 'services: { a: {}, __proto__: {} }' }, /__proto__ at services/],
  ['with a name that is none', compose({ 'a b': {} }), /names a service 'a b'/],
])('a file %s is refused', (_name, files, problem) => {
  expect(refusal(files)).toMatch(problem);
});

test('a file that is not there is refused', () => {
  expect(refusal({ 'a.txt': '' }, 'compose.yaml')).toMatch(/is not there/);
});

const odd = fc.oneof(
  fc.constantFrom(
    'on',
    'null',
    '~',
    '1.0',
    '0x1f',
    '${X:-a}',
    '${{ inputs.x }}',
    '"',
    "'",
    '# no',
    ': ',
    '}',
    '\u202e',
    'é',
    '\n- a',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const serviceNames = fc.oneof(
  fc.constantFrom('on', 'null', 'true', '1.0', '1e3', '0x1f', 'y', 'api', 'API', 'a.p_i', 'a-p-i', 'con'),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
);
const ports = fc.oneof(
  odd,
  fc.integer(),
  fc.record({ target: fc.oneof(fc.integer(), odd), published: fc.option(fc.oneof(fc.integer(), odd)), host_ip: odd }),
  fc.tuple(odd, fc.nat(70_000), fc.nat(70_000)).map(([host, from, to]) => `${host}:${from}:${to}`),
);
const anyService = fc.record(
  {
    image: odd,
    ports: fc.oneof(odd, fc.array(ports, { maxLength: 4 })),
    healthcheck: fc.oneof(
      odd,
      fc.record({
        test: fc.oneof(
          odd,
          fc.array(odd),
          odd.map((path) => `curl http://localhost:80/${path}`),
        ),
      }),
    ),
    profiles: fc.oneof(odd, fc.array(odd, { maxLength: 2 })),
    extends: fc.oneof(serviceNames, fc.record({ service: odd, file: odd })),
  },
  { requiredKeys: [] },
);

test('whatever stands in a file, the runbook of it validates', () => {
  const services = fc.dictionary(serviceNames, fc.oneof(anyService, odd, fc.constant(null)), {
    minKeys: 1,
    maxKeys: 6,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(services, odd, (all, value) => {
      const from = join(
        folderWith({ 'compose.yaml': stringify({ services: all }), '.env': `X=${value}\n` }),
        'compose.yaml',
      );
      rmSync(join(root, 'shop.yaml'), { force: true });
      // It is validated before it is written.
      expect(writeScaffold('shop', { dir: root, from })).toBe(join(root, 'shop.yaml'));
    }),
    { numRuns: 40, seed: 20_261_126 },
  );
});

test.each([
  ['host_ip', '127.0.0.1", port: 8080 }, when: "false" } #'],
  // To Compose the first `$` escapes the second.
  ['host_ip', '$${{ inputs.host }}'],
])('what stands in the file is text, whatever it would be elsewhere: %s %s', async (name, text) => {
  const port = { target: 80, published: 8080, [name]: text };
  const { text: written, plan, checks } = await made(compose({ web: { image: 'x', ports: [port] } }));
  const [, up] = plan.phases;
  expect(stepsOf(up?.steps ?? []).filter(({ when }) => when !== undefined)).toEqual([]);
  expect(checks).toHaveLength(1);
  expect(written).toContain(`host: ${JSON.stringify(text)}`);
});
