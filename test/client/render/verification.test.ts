import { expect, test } from '@jest/globals';
import { verificationLines } from '../../../client/render/verification.js';
import type { Finding } from '../../../evidence/verify/finding.js';
import type { Verification } from '../../../evidence/verify/verify.js';

const CHECKS = [{ what: 'the seal and its key', count: 1, findings: 0 }];
const good: Verification = {
  bundle: 'b',
  ok: true,
  exitCode: 0,
  seal: null,
  checks: CHECKS,
  notJudged: [],
  findings: [],
  findingCount: 0,
};
const last = (verification: Partial<Verification>): string =>
  verificationLines({ ...good, ...verification }).at(-1) ?? '';

test('the verdict ends with what was taken as it stands', () => {
  expect(last({})).toContain('VERIFIED');
  const notJudged = [
    { count: 19, what: 'steps', why: 'figures as logged (command.run 12, http.check 7)' },
    { count: 1, what: 'deed', why: 'done by hand, as a person says' },
  ];
  expect(last({ notJudged })).toBe(
    'Not judged again: 19 steps: figures as logged (command.run 12, http.check 7); 1 deed: done by hand, as a person says.',
  );
});

test('what it came to stands below the verdict, in one sentence without control characters; not where nothing was judged', () => {
  const seal = {
    goLive: 'shop/c1',
    target: 'shop',
    change: 'c1',
    runbook: '',
    plan: '',
    mode: 'live',
    timeScale: 1,
    approvals: 'signed',
    verdict: 'no-go',
    decisions: {},
    startedBy: 'Op',
    startedAt: 'T1',
    endedAt: 'T2',
    events: { count: 1, head: '' },
    temporal: { namespace: '', workflowId: '', runId: '' },
    software: { golive: '', node: '' },
  } as const;
  const verdict = 'VERIFIED: shop/c1 (LIVE), NO-GO, ended T2.';
  const lines = (more: Partial<Verification>) => verificationLines({ ...good, seal, ...more }).slice(2);
  expect(lines({})).toEqual([verdict]);
  const sentence = 'ROLLBACK INCOMPLETE: deploy.flag was not\u001b[2J taken back.';
  expect(lines({ sentence })).toEqual([verdict, expect.stringMatching(/^ROLLBACK INCOMPLETE: deploy\.flag was not/)]);
  expect(lines({ sentence }).join('')).not.toContain('\u001b');
  expect(lines({ sentence, ok: false, exitCode: 13 })).toEqual(['NOT VERIFIED: b (exit 13)']);
});

test('of many findings twenty are shown, and the number of the others, also of those that were not kept', () => {
  const findings = Array.from(
    { length: 30 },
    (_, n): Finding => ({ class: 'altered', item: `f${n}`, message: 'is missing' }),
  );
  const lines = (findingCount: number) => verificationLines({ ...good, ok: false, findings, findingCount }).join('\n');
  expect(lines(30)).toContain('and 10 more; --json lists them');
  expect(lines(200_000)).toContain('and 199980 more; --json lists the first 1000');
});
