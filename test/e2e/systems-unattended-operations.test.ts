import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { type Left, testSystem } from '../kits/system.js';

const read = (data: string, name: string): string => readFileSync(join(data, name), 'utf8');
const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** The members of a JSON object that are texts. */
function textsIn(json: string): Record<string, string> {
  const members = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(json)));
  return Object.fromEntries(members.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** The alerts that arrived: one, of the broken contract, with the reason that is true. */
function toldOnce({ lab }: Left, reason: RegExp): void {
  const received = lines(read(lab, 'alerts-received.jsonl'));
  expect(received).toEqual([
    {
      ts: expect.any(String),
      key: expect.stringMatching(/^health-contract\/.+\/raise$/),
      body: expect.stringMatching(/^\{"text":"The health contract of agent-lab is broken: /),
    },
  ]);
  const [alert] = z.array(z.object({ body: z.string() })).parse(received);
  expect(textsIn(alert?.body ?? '').text).toMatch(reason);
}

/** The result of a failed drill, each value of which is held against what the agent itself left. */
function drillFailed({ data, lab }: Left, lane: string, acknowledged: boolean): void {
  const { golive, ...result } = z.record(z.string(), z.unknown()).parse(JSON.parse(read(data, 'drill_RESULT.json')));
  const [order, dropped, looked] = [result.order, result.dropped, result.looked].map(String);
  const audits = z.array(z.object({ id: z.string().optional(), ts: z.string(), lane: z.string().optional() }));
  const audited = audits.parse(lines(read(lab, 'audit.jsonl'))).find(({ id }) => id === order);
  expect(golive).toMatchObject({ mode: 'rehearse' });
  expect(result).toEqual({
    order: expect.stringMatching(/^drill-\d{8}T\d{6}Z-1$/),
    result: 'failed',
    dropped: expect.stringMatching(/^\d{4}-.+Z$/),
    looked: expect.stringMatching(/^\d{4}-.+Z$/),
    notAsItShouldBe: 2,
    acknowledged: audited?.ts ?? '',
    inbox: lane,
    audited: audited?.lane ?? '',
  });
  expect(existsSync(join(lab, 'inbox', lane, `${order}.yaml`))).toBe(true);
  expect([existsSync(join(lab, 'acks', `${order}.json`)), audited !== undefined]).toEqual([acknowledged, acknowledged]);
  expect(Date.parse(looked ?? '')).toBeGreaterThan(Date.parse(dropped ?? ''));
}

await testSystem({
  name: 'unattended-operations',
  faults: [
    'alert-end-refused',
    'alert-endpoint-down',
    'alert-left-open',
    'branch-of-somebody',
    'counter-goes-on',
    'degraded-after-restart',
    'drill-in-another-lane',
    'drill-without-ack',
    'health-is-a-folder',
    'heart-of-another',
    'log-kept-open',
    'logs-not-grown',
    'no-health',
    'no-mirror',
    'readme-without-markers',
    'respawn-too-slow',
    'rotated-files-left',
    'rotation-loses-a-line',
    'slow-heartbeat',
    'stale-health',
    'torn-health',
  ],
  sample: ['no-health', 'torn-health', 'health-is-a-folder', 'rotation-loses-a-line', 'drill-in-another-lane'],
  files: [
    'health_window.jsonl',
    'rotation.json',
    'chaos_REPORT.md',
    'drill_RESULT.json',
    'pull-request.json',
    'UNATTENDED_SIGNOFF.md',
  ],
  after: (data) => {
    // Two logs, each with seven rotated ones: an eighth of each goes.
    const rotated: unknown = JSON.parse(read(data, 'rotation.json'));
    expect(rotated).toEqual([1, 2].map(() => expect.objectContaining({ kept: 7, removed: 1, lost: 0 })));
    expect(read(data, 'chaos_REPORT.md')).toMatch(
      /said last:\n\n(?: {4}\S+ .*\n)* {4}\S+ .*heartbeat[\s\S]+said first:\n\n {4}\S+ .* boot pid=/,
    );
    expect(JSON.parse(read(data, 'drill_RESULT.json'))).toMatchObject({
      result: 'acknowledged',
      inbox: 'strict',
      audited: 'strict',
    });
    expect(JSON.parse(read(data, 'pull-request.json'))).toMatchObject({
      branch: 'golive/unattended',
      command: expect.stringMatching(/gh pr create --base main .* --body '.+' && gh pr merge .* --auto --squash$/),
    });
  },
  given: [
    {
      title: 'the change is for another branch, and has another name',
      inputs: ['mainBranch=next', 'changeBranch=ops/health'],
      after: ({ data, lab }) => {
        const { branch, command, commit } = textsIn(read(data, 'pull-request.json'));
        expect(branch).toBe('ops/health');
        expect(command).toContain('git push origin ops/health && gh pr create --base next --head ops/health ');
        expect(read(join(lab, 'repository'), '.git/refs/heads/ops/health').trim()).toBe(commit);
        expect(existsSync(join(lab, 'repository', '.git', 'refs', 'heads', 'golive'))).toBe(false);
      },
    },
  ],
  afterFault: {
    'no-health': (left) => toldOnce(left, /: The health file cannot be read: \S+latest\.json \(ENOENT\)\.$/),
    'torn-health': (left) => toldOnce(left, /: The health file \S+latest\.json is no JSON\.$/),
    'health-is-a-folder': (left) => toldOnce(left, /: The health file is a folder: \S+latest\.json\.$/),
    'drill-without-ack': (left) => drillFailed(left, 'strict', false),
    'drill-in-another-lane': (left) => drillFailed(left, 'local', true),
    'branch-of-somebody': ({ lab }) => {
      const [theirs, mains] = ['golive/unattended', 'main'].map((name) =>
        read(join(lab, 'repository', '.git', 'refs', 'heads'), name),
      );
      expect(theirs).toBe(mains);
    },
  },
});
