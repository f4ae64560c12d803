import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { preflight } from '../../../activities/preflight/preflight.js';
import { stepCalls } from '../../../kinds/hands.js';
import type { Finding } from '../../../model/preflight/finding.js';
import type { Plan, StepPlan } from '../../../model/plan/plan.js';
import { approval, phase, plan, step } from '../../kits/plans.js';
import { portOf } from '../../kits/port.js';
import { temporaryFolder } from '../../kits/step-run.js';
import { smallRepository } from '../../kits/small-repository.js';

const ENV = { PATH: process.env.PATH, TOKEN: 'a-long-enough-token' };
let folder: string;
let open: number;
let received = 0;
const closed = 1;
const server = createServer((socket) => socket.on('data', ({ length }) => (received += length)));

beforeAll(async () => {
  folder = temporaryFolder();
  smallRepository(folder);
  execFileSync('git', ['clone', '-q', '--depth', '1', `file://${join(folder, 'repo')}`, join(folder, 'shallow')]);
  mkdirSync(join(folder, 'stack'));
  writeFileSync(join(folder, 'file'), 'not a folder');
  writeFileSync(join(folder, 'token'), 'from-a-file\n');
  for (const [name, first] of [
    ['good.sh', '#!/bin/sh'],
    ['lost.sh', '#!/usr/bin/env nosuchprogram-xyz'],
    ['gone.sh', '#!/no/such/interpreter'],
  ] as const) {
    writeFileSync(join(folder, name), `${first}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  open = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
});

const look = (uses: string, input: StepPlan['with'], more: Partial<StepPlan> = {}): StepPlan =>
  step('s', { uses, with: input, effect: 'none', ...more });
const freeze = (argv: string[]): StepPlan =>
  look('agents.freeze', { commands: [{ name: 'a', freeze: argv, thaw: argv }] });
const command = (argv: string[], more: StepPlan['with'] = {}): StepPlan => look('command.run', { argv, ...more });
/** A deed that comes before. */
const deed = step('deed', { uses: 'command.run', with: { argv: ['true'] } });

async function findings(steps: StepPlan[], more: Partial<Plan> = {}): Promise<Finding[]> {
  const evidence = join(folder, 'evidence', 'c1');
  const made = plan([phase('p', steps)], {
    mode: 'live',
    baseDir: folder,
    evidence: { directory: evidence, signoff: 'S.md', include: [] },
    ...more,
  });
  const goLive = {
    id: made.goLiveId,
    target: made.target.id,
    change: made.change,
    runbook: made.runbook.id,
    mode: made.mode,
    timeScale: 1,
    baseDir: folder,
    evidenceDir: made.evidence.directory,
  };
  const deps = { kinds: stepCalls, env: ENV, version: '1' };
  const found = await preflight({ goLive, plan: made, startedBy: 'Ada' }, deps, new AbortController().signal);
  return found.findings;
}

/** Area, what and standing of all that is not there. */
async function lacking(steps: StepPlan[], more: Partial<Plan> = {}): Promise<string[]> {
  const found = await findings(steps, more);
  return found.filter(({ standing }) => standing !== 'there').map((one) => `${one.area} ${one.what} ${one.standing}`);
}

describe('what a go-live needs', () => {
  test.each<[string, () => StepPlan[], string[]]>([
    ['a secret that is set', () => [command(['true'], { env: { X: { env: 'TOKEN' } } })], []],
    [
      'a secret that is not set',
      () => [deed, command(['true'], { env: { X: { env: 'NOT_SET' } } })],
      ['secret $NOT_SET missing'],
    ],
    ['a secret in a file', () => [command(['true'], { env: { X: { file: 'token' } } })], []],
    ['a secret in no file', () => [command(['true'], { env: { X: { file: 'none' } } })], ['secret none missing']],
    [
      'a secret in a file that a step writes',
      () => [
        look('file.write', { path: 'late', content: 'x' }, { effect: 'idempotent' }),
        command(['true'], { env: { X: { file: 'late' } } }),
      ],
      ['secret late doubtful'],
    ],
    [
      'a secret of a step that may be left out',
      () => [deed, { ...command(['true'], { env: { X: { env: 'NOT_SET' } } }), when: 'steps.deed.exitCode == 1' }],
      ['secret $NOT_SET doubtful'],
    ],
    ['a program on no PATH', () => [deed, command(['nosuchprogram-xyz'])], ['program nosuchprogram-xyz missing']],
    ['a script', () => [command(['./good.sh'])], []],
    ['a program of an agent', () => [freeze(['nosuchprogram-xyz'])], ['program nosuchprogram-xyz missing']],
    ['a file that may not be run', () => [command(['./file'])], ['program ./file missing']],
    ['a script without its interpreter', () => [command(['./lost.sh'])], ['program ./lost.sh missing']],
    ['a script with an interpreter nowhere', () => [command(['./gone.sh'])], ['program ./gone.sh missing']],
    ['a program that a deed may build', () => [deed, command(['./built'])], ['program ./built doubtful']],
    ['a port that answers', () => [look('http.check', { url: `http://127.0.0.1:${open}/` })], []],
    [
      'a port that does not',
      () => [look('http.check', { url: `http://127.0.0.1:${closed}/` })],
      ['host 127.0.0.1:1 missing'],
    ],
    [
      'a port that a deed may open',
      () => [deed, look('http.check', { url: `http://127.0.0.1:${closed}/` })],
      ['host 127.0.0.1:1 doubtful'],
    ],
    [
      'a name that does not resolve',
      () => [deed, look('http.check', { url: 'http://no-such-host.invalid/' })],
      ['host no-such-host.invalid:80 missing'],
    ],
    [
      'an address that is never reached',
      () => [look('http.check', { url: 'http://169.254.169.254/' })],
      ['host 169.254.169.254:80 missing'],
    ],
    [
      'a place on what is no folder',
      () => [look('file.write', { path: 'file/x', content: 'x' })],
      ['folder file/x missing'],
    ],
    ['a check by TCP', () => [look('tcp.check', { host: '127.0.0.1', port: closed })], ['check tcp.check missing']],
    [
      'a check by Redis',
      () => [look('redis.check', { url: `redis://127.0.0.1:${closed}` })],
      ['host 127.0.0.1:1 missing', 'check redis.check missing'],
    ],
    ['a repository', () => [look('git.revert', { repo: 'repo', message: 'risky', file: 'a' })], []],
    [
      'a shallow one',
      () => [look('git.revert', { repo: 'shallow', message: 'risky', file: 'a' })],
      ['check git.revert missing'],
    ],
    [
      'no repository',
      () => [look('git.revert', { repo: 'stack', message: 'risky', file: 'a' })],
      ['check git.revert missing'],
    ],
    ['a stack without a file', () => [look('stack.up', { stack: 'stack' })], ['check stack.up missing']],
    ['a kind that the worker does not know', () => [look('no.such', {})], ['worker no.such missing']],
  ])(
    '%s',
    async (_, steps, expected) => {
      expect(await lacking(steps())).toEqual(expected);
    },
    30_000,
  );

  test('people who cannot answer', async () => {
    const needs = [{ role: 'cto', count: 1 }];
    const phases = [phase('p', [command(['true'])], { approvals: [approval('p', { needs, starterMay: false })] })];
    expect(await lacking([], { phases, people: { Ada: ['cto'] } })).toEqual(['quorum p missing']);
  });

  test('a notice without its secret is doubtful: it holds nobody up', async () => {
    const notices: Plan['notices'] = [{ on: ['go'], with: { channel: 'webhook', url: { env: 'NOT_SET' } } }];
    expect(await lacking([command(['true'])], { notices })).toEqual(['secret $NOT_SET doubtful']);
  });

  test('says who needs it, what was found and what to do, and no secret', async () => {
    const [secret] = (await findings([command(['true'], { env: { X: { env: 'NOT_SET' } } })])).filter(
      ({ area }) => area === 'secret',
    );
    expect(secret).toEqual({
      area: 'secret',
      what: '$NOT_SET',
      where: 'p.s',
      standing: 'missing',
      found: 'The secret in the environment variable NOT_SET is not set for the worker.',
      next: 'Set NOT_SET where the worker is started, then start it again: `golive down`, `golive up --detach`.',
    });
    const all = await findings([command(['true'], { env: { X: { env: 'TOKEN' } } })]);
    expect(JSON.stringify(all)).not.toContain(ENV.TOKEN);
  });

  test('nothing was begun: no folder of evidence, and nothing was sent', () => {
    expect(existsSync(join(folder, 'evidence'))).toBe(false);
    expect(readdirSync(folder).toSorted()).toEqual(
      ['file', 'gone.sh', 'good.sh', 'lost.sh', 'repo', 'shallow', 'stack', 'token'].toSorted(),
    );
    expect(received).toBe(0);
  });
});

test('steps that ask one server for several things find one thing', async () => {
  const answer = { status: 'success', data: { resultType: 'vector', result: [] } };
  const prometheus = createHttpServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${portOf(prometheus)}`;
    const asks = ['up', 'down'].map((query) => look('prometheus.query', { url, query }));
    const checks = (await findings(asks)).filter(({ area }) => area === 'check');
    expect(checks.map(({ what, standing }) => `${what} ${standing}`)).toEqual(['prometheus.query there']);
  } finally {
    prometheus.close();
  }
});
