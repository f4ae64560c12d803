import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { stepKinds } from '../../kinds/catalog.js';
import type { JsonObject } from '../../model/json.js';
import { loadRunbook } from '../../model/schema/load.js';
import { blocksOf, pageText } from '../kits/doc-blocks.js';
import { portOf } from '../kits/port.js';
import { commitAll, git } from '../kits/small-repository.js';
import { failed, passed, runStep, temporaryFolder } from '../kits/step-run.js';

const PAGE = 'docs/howto-security.md';
const files = new Map(blocksOf(PAGE).flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const])));
const input = z.record(z.string(), z.json());
const step = z.object({ id: z.string(), uses: z.string(), with: input });
const runbook = files.get('security.yaml') ?? '';
const { phases } = z.object({ phases: z.array(z.object({ steps: z.array(step) })) }).parse(parse(runbook));
const steps = new Map((phases[0]?.steps ?? []).map((one) => [one.id, one]));

/** A project of one package, with the files of the page, committed. */
function project(): string {
  const folder = temporaryFolder();
  const ms = {
    version: '2.1.3',
    license: 'MIT',
    integrity: 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==',
  };
  const own = { name: 'shop', version: '1.0.0', dependencies: { ms: '2.1.3' } };
  const all: Record<string, string> = {
    ...Object.fromEntries(files),
    'package.json': JSON.stringify(own),
    'package-lock.json': JSON.stringify({ ...own, lockfileVersion: 3, packages: { '': own, 'node_modules/ms': ms } }),
    'src/app.ts': 'export const a: number = 1;\n',
    '.gitignore': 'node_modules\nevidence\n.evidence.*\n',
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  git(folder, 'init', '--quiet', '--template=', '-b', 'main');
  commitAll(folder, 'start');
  return folder;
}

/** Knows one advisory, as the registry of npm tells it, and the versions of that package. */
let registry: Server;
beforeAll(async () => {
  const advisory = {
    id: 1,
    url: 'https://x.example',
    title: 'Pollution',
    severity: 'critical',
    vulnerable_versions: '<0.2.4',
  };
  registry = createServer((request, response) => {
    const pieces: Uint8Array[] = [];
    request.on('data', (piece: Uint8Array) => pieces.push(piece));
    request.on('end', () => {
      const whole = Buffer.concat(pieces);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
      const asked = request.url?.endsWith('/advisories/bulk') ? input.parse(JSON.parse(body.toString())) : undefined;
      const name = request.url?.slice(1) ?? '';
      const versions = { '0.0.8': { name, version: '0.0.8' } };
      const answer = asked === undefined ? { name, versions } : 'minimist' in asked ? { minimist: [advisory] } : {};
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
afterAll(() => void registry.close());

const run = (folder: string, id: string, more: JsonObject = {}) => {
  const one = steps.get(id);
  if (!one) throw new Error(`${PAGE} has no step ${id}`);
  return runStep(one.uses, { ...one.with, ...more }, { goLive: { baseDir: folder } });
};
const audit = (...args: string[]): JsonObject => ({ argv: ['node', 'audit.mjs', ...args] });
const online = (): JsonObject => audit('--registry', `http://127.0.0.1:${portOf(registry)}/`);

test('its runbook validates', () => {
  expect(loadRunbook(runbook, 'security.yaml', stepKinds).problems ?? []).toEqual([]);
});

test('each step says what the page shows', async () => {
  const folder = project();
  const said: string[] = [];
  for (const id of steps.keys()) {
    const { summary } = passed(await run(folder, id, id === 'audit' ? online() : {}));
    said.push(
      `${id}: ${summary}`
        .replace(/at [0-9a-f]{12},/, 'at COMMIT,')
        .replace(/(node|oxlint) [^:]*\d[^:]*:|(node|oxlint) Version: [^:]*:/, '$1$2 VERSION:'),
    );
  }
  const [shown] = blocksOf(PAGE).filter(({ language }) => language === 'text');
  expect(said).toEqual(shown?.text.trimEnd().split('\n'));
}, 120_000);

describe('not run', () => {
  const UNTIL_THEN: readonly [string, string, JsonObject, (folder: string) => void][] = [
    ['npm audit offline', 'audit', audit('--offline'), () => undefined],
    [
      'npm audit where the registry refuses',
      'audit',
      audit('--registry', 'http://127.0.0.1:9/', '--fetch-retries=0'),
      () => undefined,
    ],
    ['oxlint without code', 'lint', {}, (folder) => rmSync(join(folder, 'planted'), { recursive: true })],
    ['tsc without its settings', 'types', {}, (folder) => rmSync(join(folder, 'tsconfig.scan.json'))],
  ];
  test.each(UNTIL_THEN)(
    '%s',
    async (_, id, more, harm) => {
      const folder = project();
      harm(folder);
      const { code, message } = failed(await run(folder, id, more));
      expect(code).toBe('EXPECTATION_FAILED');
      const [, said = ''] = /counts as not run: ([^:;]*?\S*(?:planted\/?|not even none|may be))/.exec(message) ?? [];
      expect(said).not.toBe('');
      expect(pageText(PAGE)).toContain(`\`${said}`);
    },
    60_000,
  );
});

test('a mistake in the code is found, and what is planted is none', async () => {
  const folder = project();
  writeFileSync(join(folder, 'src', 'app.ts'), 'debugger;\nexport const a: string = 1;\n');
  expect(passed(await run(folder, 'types')).outputs).toMatchObject({ findings: 1, high: 1 });
  expect(passed(await run(folder, 'lint')).outputs).toMatchObject({ findings: 1, high: 1 });
}, 60_000);

test('a weak package of the project counts, also where what is planted is of the same name', async () => {
  const folder = project();
  const own = { name: 'shop', version: '1.0.0', dependencies: { minimist: '0.0.8' } };
  const packages = { '': own, 'node_modules/minimist': { version: '0.0.8' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...own, lockfileVersion: 3, packages }));
  expect(passed(await run(folder, 'audit', online())).outputs).toMatchObject({ critical: 1 });
}, 60_000);

test('bandit’s step is one, and reads what bandit 1.9.4 left of the page’s files', async () => {
  const [block] = blocksOf(PAGE).filter(({ text }) => text.startsWith('id: bandit'));
  const one = step.parse(parse(block?.text ?? ''));
  const found = (test_id: string, issue_severity: string, filename: string, issue_text: string) => ({
    test_id,
    issue_severity,
    filename,
    issue_text,
    line_number: 1,
  });
  const report = {
    errors: [],
    results: [
      found(
        'B404',
        'LOW',
        'app/a.py',
        'Consider possible security implications associated with the subprocess module.',
      ),
      found('B602', 'HIGH', 'app/a.py', 'subprocess call with shell=True identified, security issue.'),
      found('B102', 'MEDIUM', 'planted/planted.py', 'Use of exec detected.'),
    ],
  };
  const of = (errors: JsonObject[]): JsonObject => ({
    ...one.with,
    argv: [
      process.execPath,
      '-e',
      `console.log(${JSON.stringify(JSON.stringify({ ...report, errors }))});process.exitCode=1`,
    ],
    version: [process.execPath, '--version'],
  });
  const { summary } = passed(await runStep(one.uses, of([])));
  const [, told = ''] = /step says `([^`]*)`/.exec(pageText(PAGE).replaceAll('\n', ' ')) ?? [];
  expect(told).not.toBe('');
  expect(summary).toContain(told);
  const torn = [{ filename: 'app/b.py', reason: 'syntax error while parsing AST from file' }];
  expect(failed(await runStep(one.uses, of(torn))).message).toContain('it tells of 1 problems, and at most 0 may be');
});
