import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { CliError } from '../../../client/errors.js';
import { applySchedules } from '../../../client/go-live/schedules.js';
import { fakeClient } from '../../kits/fake-client.js';

const RUNBOOK = (hour: number | string, ids: string[]): string => `schema: 1
id: chores
title: Chores
roles: { sre: SRE }
inputs:
  when: { type: string, default: "30 * * * *" }
phases:
  - id: rest
    steps:
      - { id: rest, uses: wait, with: { for: 1s } }
schedules:
${ids.map((id) => `  - { id: ${id}, phases: [rest], cron: "${typeof hour === 'number' ? `0 ${hour} * * *` : hour}" }`).join('\n')}
`;

interface Standing {
  cron: string;
  memo: object;
}

/** A server's schedules; what is called so cannot be written or taken away. */
class Schedules {
  readonly standing = new Map<string, Standing>();
  fails = '';
  mute = false;

  readonly client = fakeClient({
    schedule: {
      create: (options: { scheduleId: string; spec: { cronExpressions: string[] }; memo: object }) => {
        const { scheduleId: id, spec, memo } = options;
        this.refuse(id);
        if (this.standing.has(id)) return Promise.reject(new ScheduleAlreadyRunning('it is there', id));
        this.standing.set(id, { cron: spec.cronExpressions[0] ?? '', memo });
        return Promise.resolve();
      },
      getHandle: (id: string) => ({
        update: (change: (before: object) => { spec: { cronExpressions: string[] } }) => {
          const { spec } = change({});
          this.standing.set(id, { memo: {}, ...this.standing.get(id), cron: spec.cronExpressions[0] ?? '' });
          return Promise.resolve();
        },
        delete: async () => {
          this.refuse(id);
          this.standing.delete(id);
          return Promise.resolve();
        },
      }),
      list: () => this.list(),
    },
  });

  get crons(): object {
    return Object.fromEntries([...this.standing].map(([id, { cron }]) => [id, cron]));
  }

  private async *list() {
    if (this.mute) throw new Error('the server went away');
    for (const [scheduleId, { memo }] of this.standing) yield await Promise.resolve({ scheduleId, memo });
  }

  private refuse(id: string): void {
    if (id.endsWith(`.${this.fails}`))
      throw Object.assign(new Error('Failed'), { cause: new Error('no room for more') });
  }
}

let folder = '';
let server: Schedules;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-schedules-'));
  server = new Schedules();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function apply(hour: number | string, ids: string[], more: object = {}): Promise<[string, string, string?][]> {
  const file = join(folder, 'chores.yaml');
  writeFileSync(file, RUNBOOK(hour, ids));
  const options = { target: 'shop', input: {}, mode: 'rehearse' as const, by: 'Ada', ...more };
  const applied = await applySchedules(server.client, file, options);
  return applied.map(({ schedule, what, why }) => (why === undefined ? [schedule, what] : [schedule, what, why]));
}

describe('of three schedules the second cannot be written', () => {
  test('the others are, each is told of, and a second apply makes up for it', async () => {
    server.fails = 'two';
    expect(await apply(3, ['one', 'two', 'three'])).toEqual([
      ['one', 'created'],
      ['two', 'failed', 'no room for more'],
      ['three', 'created'],
    ]);
    expect(server.crons).toEqual({ 'golive.shop.one': '0 3 * * *', 'golive.shop.three': '0 3 * * *' });
    server.fails = '';
    expect(await apply(3, ['one', 'two', 'three'])).toEqual([
      ['one', 'updated'],
      ['two', 'created'],
      ['three', 'updated'],
    ]);
    expect(Object.keys(server.crons)).toHaveLength(3);
  });

  test('one that stood before stays as it was', async () => {
    await apply(3, ['one', 'two', 'three']);
    server.fails = 'two';
    expect(await apply(4, ['one', 'two', 'three'])).toEqual([
      ['one', 'updated'],
      ['two', 'failed', 'no room for more'],
      ['three', 'updated'],
    ]);
    expect(Object.values(server.crons)).toEqual(['0 4 * * *', '0 3 * * *', '0 4 * * *']);
  });
});

test('one that cannot be removed is told, and keeps no other', async () => {
  await apply(3, ['one', 'two', 'three']);
  server.fails = 'two';
  expect(await apply(3, ['one'])).toEqual([
    ['one', 'updated'],
    ['three', 'removed'],
    ['two', 'failed', 'it could not be removed: no room for more'],
  ]);
});

test('what was applied is told also where those to remove cannot be looked for', async () => {
  server.mute = true;
  expect(await apply(3, ['one'])).toEqual([
    ['one', 'created'],
    ['(others)', 'failed', 'those that the runbook has no more could not be looked for: the server went away'],
  ]);
});

test('who cannot sign changes nothing', async () => {
  await expect(apply(3, ['one', 'two'], { by: 'A\u0007da' })).rejects.toThrow(/control characters/);
  expect(server.standing.size).toBe(0);
});

describe('when it runs is an input', () => {
  const cron = '${{ inputs.when }}';

  test('its default, unless another one is given', async () => {
    await apply(cron, ['one']);
    expect(server.crons).toEqual({ 'golive.shop.one': '30 * * * *' });
    await apply(cron, ['one'], { input: { when: '5 6 * * *' } });
    expect(server.crons).toEqual({ 'golive.shop.one': '5 6 * * *' });
  });

  test('one that the server would not run is refused, with every other', async () => {
    const input = { when: '0 99 * * *' };
    const refused = await apply(cron, ['one', 'two'], { input }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CliError);
    expect(refused).toHaveProperty('message', expect.stringMatching(/^The schedule one: .*the hour '99'/));
    expect(refused).toHaveProperty('options.exitCode', 2);
    expect(server.standing.size).toBe(0);
  });
});

test('a credential as an input makes no schedule: each of its plans would hold it', async () => {
  const token = ['ghp', 'aB3'.repeat(13)].join('_');
  await expect(apply(3, ['one'], { input: { when: token } })).rejects.toThrow("The input 'when': what looks like");
  expect(server.crons).toEqual({});
});
