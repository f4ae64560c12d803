import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';
import { executionsOf } from '../kits/histories.js';

/** Limit of one payload in bytes, and of all events of one go-live (design figures). */
const PAYLOAD_LIMIT = 64 * 1024;
const EVENT_LIMIT = 1500;

interface Outcome {
  id: string;
  verdict: string;
  decisions: { id: string; verdict: string }[];
  failedGates: unknown[];
  rollbacks: { id: string; status: string }[];
  bundle: string;
  report: string;
  ui: string;
}

let project: Project;
let code: number | null;
let outcome: Outcome;
let stderr: string;
beforeAll(async () => {
  project = await Project.open();
  ({
    code,
    value: outcome,
    stderr,
  } = await project.json<Outcome>(
    'rehearse',
    'lcopilot-day3',
    '--json',
    '--non-interactive',
    '--keep',
    '--time-scale',
    '60',
    '--change',
    'day3',
  ));
}, 300_000);
afterAll(() => project.close(), 60_000);

describe('LCopilot Day 3, rehearsed end to end', () => {
  test('ends in SOLID GREEN GO with exit 0, and says that approvals were declared', () => {
    expect([code, stderr.slice(-2000)]).toEqual([0, stderr.slice(-2000)]);
    expect(outcome.verdict).toBe('go');
    expect(outcome.decisions.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['local-go', 'go'],
      ['deployment', 'go'],
    ]);
    expect(outcome.failedGates).toEqual([]);
    expect(stderr).toContain('declared rehearsal approval: local-go');
    expect(outcome.ui).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
  });

  test('the bundle holds every file of the requirement, and its check sums hold without golive', () => {
    const wanted = [
      'metrics_summary.json',
      'confusion_matrix.csv',
      'day3_results.jsonl',
      'failed_cases.csv',
      'rate_limit_stats.json',
      'DAY3_SIGNOFF.md',
      'runbook.yaml',
      'plan.json',
      'checklist.json',
      'approvals.json',
      'events.jsonl',
      'report.html',
    ];
    expect(wanted.filter((file) => !existsSync(join(outcome.bundle, 'data', file)))).toEqual([]);
    execFileSync('sha256sum', ['--quiet', '-c', 'manifest-sha256.txt'], { cwd: outcome.bundle });
    const results = readFileSync(join(outcome.bundle, 'data', 'day3_results.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(results).toHaveLength(20 + 20 + 90);
    expect(readFileSync(join(outcome.bundle, 'data', 'DAY3_SIGNOFF.md'), 'utf8')).toMatch(/REHEARSAL/);
  });

  test('golive evidence agrees, and sees one changed byte', async () => {
    expect((await project.run('evidence', outcome.bundle)).code).toBe(0);
    const file = join(outcome.bundle, 'data', 'metrics_summary.json');
    const original = readFileSync(file, 'utf8');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, original.replace('0', '1'));
    const { code: altered, stdout } = await project.run('evidence', outcome.bundle);
    writeFileSync(file, original);
    expect(altered).toBe(10);
    expect(stdout).toMatch(/altered .*metrics_summary\.json/);
  });

  test('no payload is over 64 KiB, the events stay within their limit, and search finds the go-live', async () => {
    const address = /"address":\s*"([^"]+)"/.exec(
      readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8'),
    )?.[1];
    const connection = await Connection.connect({ address: address ?? '' });
    try {
      const client = new Client({ connection });
      const ids = await executionsOf(client, 'lcopilot-lab');
      let events = 0;
      let largest = 0;
      for (const id of ids) {
        const history = await client.workflow.getHandle(id).fetchHistory();
        events += history.events?.length ?? 0;
        const visit = (value: unknown): void => {
          if (value instanceof Uint8Array) largest = Math.max(largest, value.length);
          else if (value !== null && typeof value === 'object') Object.values(value).forEach(visit);
        };
        visit(history.events);
      }
      process.stderr.write(
        `\nLCopilot go-live: ${ids.length} executions, ${events} events, largest payload ${largest} bytes\n`,
      );
      expect(largest).toBeLessThanOrEqual(PAYLOAD_LIMIT);
      expect(events).toBeLessThanOrEqual(EVENT_LIMIT);
      const found = await client.workflow.count('GoLiveTarget = "lcopilot-lab" AND GoLiveVerdict = "go"');
      expect(found.count).toBe(1);
    } finally {
      await connection.close();
    }
  });
});
