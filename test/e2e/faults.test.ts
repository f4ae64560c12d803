import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';
import { leftBy, LOOKS } from './fault-looks.js';

/** Long: each fault is a whole rehearsal. `npm run test:faults` takes them all; `npm test` a sample. */
const SAMPLE = ['db-second-try'];

interface Outcome {
  bundle: string | null;
  key: string | null;
  verdict: string;
  sentence: string;
  decisions: { id: string; verdict: string }[];
  rollbacks: { id: string; status: string }[];
  exitCode: number;
}
interface Fault {
  id: string;
  title: string;
  expect: {
    verdict: string;
    rollbacks?: string[];
    decisions?: Record<string, string>;
    exit: number;
    sentence?: string;
  };
}

const listed = await (async () => {
  const project = await Project.open();
  try {
    return (await project.json<Fault[]>('rehearse', 'lcopilot-day3', '--list-faults', '--json')).value;
  } finally {
    await project.close();
  }
})();
const faults = process.env.GOLIVE_ALL === '1' ? listed : listed.filter(({ id }) => SAMPLE.includes(id));

let project: Project;
const rows: string[] = [];
beforeAll(async () => {
  project = await Project.open();
  // One fault shows a stack of containers where no engine answers; all others run processes.
  process.env.DOCKER_HOST = 'unix:///nowhere/docker.sock';
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
}, 120_000);
afterAll(async () => {
  if (rows.length > 0) process.stderr.write(`\n${rows.join('\n')}\n`);
  await project.close();
}, 60_000);

test('every fault of the requirement is declared', () => {
  expect(listed.map(({ id }) => id).toSorted()).toEqual(
    [
      'agent-runs-on',
      'agent-unseen',
      'credential-in-input',
      'engine-silent',
      'env-overwritten',
      'full-false-pass',
      'full-rate-limited',
      'full-slow',
      'prod-no-rewrite',
      'prod-unhealthy',
      'smoke-drift',
      'too-few-services',
      'smoke-inaccurate',
      'smoke-unsure',
      'full-not-comparable',
      'full-stub',
      'full-unsure',
      'full-blocked-pass',
      'probe-no-answer',
      'log-pattern',
      'stubs-on',
      'block-mid-run',
      'http-422',
      'not-comparable',
      'recall-pass',
      'blocked-pass',
      'stub-mid-run',
      'slow-run',
      'critical-in-full-run',
      'drift',
      'drift-unexplained',
      'api-critical-log',
      'approval-expires',
      'cto-rejects',
      'db-never',
      'db-second-try',
      'false-pass',
      'flaky-verdicts',
      'full-run-regression',
      'missing-snapshot',
      'prod-404',
      'rate-limit-storm',
      'uniform-block',
    ].toSorted(),
  );
});

test.each(faults)(
  'fault $id ends as the requirement says: $title',
  async ({ id, expect: wanted }) => {
    const { code, value, stderr } = await project.json<Outcome>(
      'rehearse',
      'lcopilot-day3',
      '--fault',
      id,
      '--json',
      '--non-interactive',
      '--time-scale',
      '60',
    );
    const named = value.rollbacks
      .filter((rollback) => rollback.id !== 'release')
      .map((rollback) => `${rollback.id} ${rollback.status}`);
    rows.push(`| ${id} | ${value.verdict} | ${named.join(', ') || 'none'} | ${code} | ${value.sentence} |`);
    const verified = await project.run('verify', value.bundle ?? '', '--key', value.key ?? '');
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
    expect(stderr).toContain(`Fault ${id}: as expected.`);
    expect(code).toBe(wanted.exit);
    expect(value.verdict).toBe(wanted.verdict);
    expect(named).toEqual((wanted.rollbacks ?? []).map((rollback) => `${rollback} done`));
    LOOKS[id]?.(leftBy(value.bundle ?? '', join(project.folder, '.golive')));
    for (const [decision, verdict] of Object.entries(wanted.decisions ?? {})) {
      expect(value.decisions.find((one) => one.id === decision)?.verdict).toBe(verdict);
    }
  },
  300_000,
);
