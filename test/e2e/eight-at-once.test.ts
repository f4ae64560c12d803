import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import { Project } from '../kits/cli.js';
import { sleeper } from '../kits/sleeper.js';
import { git, smallRepository } from '../kits/small-repository.js';
import { eventually } from '../kits/until.js';

/** Eight go-lives at once on one repository, one log, one file and one inbox: on a real server, by the built command line. */

const MANY = Array.from({ length: 8 }, (_, index) => index + 1);
const runbookOf = (n: number): string => `
schema: 1
id: eight-${n}
title: Eight at once
roles: { sre: SRE }
phases:
  - id: all
    owner: sre
    steps:
      - { id: together, uses: command.run, effect: none, with: { argv: [test, -e, begin] }, until: { every: 100ms, within: 3m } }
      - parallel:
          - { id: back, uses: git.revert, with: { repo: repo, message: "change ${n} order", file: "f${n}" }, timeout: 5m }
          - { id: name, uses: env.ensure, with: { file: shared.env, set: { "V${n}": "on" } }, timeout: 5m }
          - { id: drop, uses: file.drop, with: { folder: inbox, name: "order-${n}.txt", content: "order ${n}" }, timeout: 5m }
          - { id: rotate, uses: log.rotate, with: { files: [agent.log], over: 20000, keep: 20, reopen: { pidFile: agent.pid }, sequence: "seq=([0-9]+)" }, timeout: 5m }
    gates:
      - { id: restored, value: "steps.back.restored ? 1 : 0", atLeast: 1 }
      - { id: whole, value: steps.rotate.lost + steps.rotate.doubled, atMost: 0 }
decisions:
  - { id: live, title: All done, requires: [all] }
`;

/** Numbers its lines, and opens its log anew when it is told. */
const WRITER = `
const fs = require('node:fs'); const path = process.argv[2]; let n = 0; let fd = fs.openSync(path, 'a');
process.on('SIGHUP', () => { fs.closeSync(fd); fd = fs.openSync(path, 'a'); });
setInterval(() => { for (let i = 0; i < 20; i++) { n += 1; fs.writeSync(fd, 'line seq=' + n + ' ' + 'x'.repeat(80) + '\\n'); } }, 20);
`;

let project: Project;
const at = (...names: string[]): string => join(project.folder, ...names);

beforeAll(async () => {
  project = await Project.open();
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
}, 120_000);
afterAll(() => project.close(), 60_000);

test('eight go-lives at once on one repository, log, file and inbox: none is lost, none doubled, and each verdict is so', async () => {
  writeFileSync(at('shared.env'), 'A=1\n');
  mkdirSync(at('inbox'));
  const repo = smallRepository(project.folder);
  for (const one of MANY) writeFileSync(at('repo', `f${one}`), 'good\n');
  git(repo, 'add', '-A');
  git(repo, 'commit', '--quiet', '-m', 'good');
  for (const one of MANY) {
    writeFileSync(at('repo', `f${one}`), 'bad\n');
    git(repo, 'commit', '--quiet', '-a', '-m', `change ${one} order`);
  }
  const before = Number(git(repo, 'rev-list', '--count', 'main'));
  const writer = sleeper('writer', WRITER, at('agent.log'));
  writeFileSync(at('agent.pid'), String(writer.pid));

  for (const one of MANY) {
    writeFileSync(at(`${one}.yaml`), runbookOf(one));
    await project.must('start', `${one}.yaml`, '--target', `t${one}`, '--change', 'c');
  }
  const state = async (one: number) => (await project.json<GoLiveState>('status', `t${one}`, '--json')).value;
  for (const one of MANY)
    await eventually(`t${one} waits`, 60_000, async () => (await project.stateOf(`t${one}`)).phases.length > 0);
  writeFileSync(at('begin'), '');
  for (const one of MANY)
    await eventually(`t${one} ends`, 300_000, async () => (await project.stateOf(`t${one}`)).endedAt !== undefined);
  const ended = await Promise.all(MANY.map(state));
  expect(ended.map(({ verdict, sentence }) => `${verdict}: ${sentence}`)).toEqual(
    ended.map(({ sentence }) => `go: ${sentence}`),
  );

  expect(Number(git(repo, 'rev-list', '--count', 'main')) - before).toBe(MANY.length);
  expect(MANY.map((one) => readFileSync(at('repo', `f${one}`), 'utf8'))).toEqual(MANY.map(() => 'good\n'));
  expect([git(repo, 'status', '--porcelain'), git(repo, 'fsck', '--strict', '--no-dangling')]).toEqual(['', '']);
  const names = readFileSync(at('shared.env'), 'utf8').trim().split('\n').toSorted();
  expect(names).toEqual(['A=1', ...MANY.map((one) => `V${one}=on`)]);
  expect(readdirSync(at('inbox')).toSorted()).toEqual(MANY.map((one) => `order-${one}.txt`));
  for (const one of MANY) expect(readFileSync(at('inbox', `order-${one}.txt`), 'utf8')).toBe(`order ${one}`);

  writer.kill('SIGKILL');
  const logs = ['agent.log', ...MANY.map((nth) => `agent.log.${nth}`)].filter((name) => existsSync(at(name)));
  const rotated = ended.reduce((sum, { phases }) => {
    const step = phases[0]?.steps.find(({ id }) => id === 'rotate');
    return sum + Number(step?.outputs?.rotated ?? 0);
  }, 0);
  expect(logs).toHaveLength(1 + rotated);
  expect(rotated).toBeGreaterThan(0);
  const numbers = logs.toReversed().flatMap((name) => {
    const lines = readFileSync(at(name), 'utf8').matchAll(/seq=(\d+) x{80}\n/g);
    return [...lines].map(([, number]) => Number(number));
  });
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));

  for (const { bundle } of ended) await project.must('verify', bundle?.path ?? '', '--key', bundle?.key ?? '');
}, 600_000);
