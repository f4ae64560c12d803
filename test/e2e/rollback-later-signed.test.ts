import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GoLiveState } from '../../model/state/state.js';
import { judge } from '../evidence/verify/independent.mjs';
import { Project } from '../kits/cli.js';
import { SshKeys } from '../kits/ssh.js';
import { eventually } from '../kits/until.js';

/** A live go-live is taken back live: by two people with keys of their own, on a real server, by the built command line. */

const RUNBOOK = `
schema: 1
id: shop
title: Shop
roles: { sre: SRE, cto: CTO }
inputs: {}
phases:
  - id: deploy
    owner: sre
    onFail: { ask: { role: sre, expires: 2m } }
    steps:
      - { id: page, uses: file.write, with: { path: page.txt, content: new } }
decisions:
  - id: live
    title: New is live
    requires: [deploy]
    approval: { needs: [{ role: cto, count: 2 }], question: Live? }
`;
const PEOPLE = { Ada: 'cto', Bo: 'cto, sre', Cy: 'sre' };

const ssh = new SshKeys();
let project: Project;
const at = (name: string): string => join(project.folder, name);
const key = (who: string): string => ssh.path(who.toLowerCase());
const state = async (): Promise<GoLiveState> => (await project.json<GoLiveState>('status', 'prod', '--json')).value;
const waits = (id: string) =>
  eventually(`it waits for ${id}`, 90_000, async () => (await project.stateOf('prod')).waiting?.id === id);
const says = (who: string, ...words: string[]) => project.run(...words, '--by', who, '--key', key(who));

async function approved(id: string, ...people: string[]): Promise<void> {
  await waits(id);
  for (const who of people) {
    const { code, stderr } = await says(who, 'approve', 'prod', id, '--as', 'cto', '--reason', 'fine');
    expect([who, code, stderr]).toEqual([who, 0, expect.anything()]);
  }
}

beforeAll(async () => {
  project = await Project.open();
  const names = Object.entries(PEOPLE).map(
    ([name, roles]) => `  ${name}: { roles: [${roles}], principal: ${name.toLowerCase()}@x }\n`,
  );
  writeFileSync(
    at('golive.yaml'),
    `people:\n${names.join('')}approvals: { level: signed, signers: allowed_signers }\n`,
  );
  writeFileSync(at('allowed_signers'), ['ada', 'bo', 'cy'].map((name) => ssh.line(`${name}@x`, name)).join(''));
  writeFileSync(at('shop.yaml'), RUNBOOK);
  writeFileSync(at('page.txt'), 'old');
  await project.must('up', '--detach');
}, 120_000);
afterAll(async () => {
  ssh.remove();
  await project.close();
}, 60_000);

test('a live take-back asks the same two people for their signatures, and is not begun by one, nor by who starts it', async () => {
  const args = [
    'start',
    'shop.yaml',
    '--target',
    'prod',
    '--change',
    'c1',
    '--mode',
    'live',
    '--yes',
    '--wait',
    '--json',
  ];
  const first = project.json<{ bundle: string; key: string }>(...args, '--by', 'Cy', '--key', key('Cy'));
  await approved('live', 'Ada', 'Bo');
  const { code, value: live } = await first;
  expect([code, readFileSync(at('page.txt'), 'utf8')]).toEqual([0, 'new']);

  // Of two CTOs one cannot start what both must approve.
  const back = ['rollback', 'prod', '--change', 'c1', '--reason', 'prices are wrong', '--yes'];
  const alone = await says('Ada', ...back);
  expect([alone.code, alone.stderr]).toEqual([4, expect.stringContaining('Nobody could finish this go-live')]);
  const unasked = await says('Cy', ...back.slice(0, -1));
  expect([unasked.code, existsSync(at('evidence/prod/c1-rollback-1'))]).toEqual([4, false]);

  const ended = project.json<{ bundle: string; sentence: string }>(
    ...back,
    '--wait',
    '--json',
    '--by',
    'Cy',
    '--key',
    key('Cy'),
  );
  await approved('take-back', 'Ada');
  const stranger = await says('Cy', 'approve', 'prod', 'take-back', '--as', 'cto');
  await says('Ada', 'approve', 'prod', 'take-back', '--as', 'cto');
  expect([stranger.code, (await state()).waiting?.id]).toEqual([4, 'take-back']);
  expect(readFileSync(at('page.txt'), 'utf8')).toBe('new');
  await approved('take-back', 'Bo');
  const { code: done, value: taken } = await ended;
  expect([done, taken.sentence, readFileSync(at('page.txt'), 'utf8')]).toEqual([
    0,
    'prod/c1 is taken back: GO.',
    'old',
  ]);

  for (const bundle of [live.bundle, taken.bundle]) {
    const verified = await project.run('verify', bundle, '--key', live.key, '--signers', at('allowed_signers'));
    expect([verified.code, verified.stderr]).toEqual([0, '']);
    expect(judge(bundle, live.key, at('allowed_signers'))).toMatch(/^prod\/c1(-rollback-1)? go$/);
  }
}, 240_000);
