import { expect, test } from '@jest/globals';
import { listing, verdictText } from '../../../client/commands/list.js';
import type { Listed } from '../../../client/go-live/list.js';

const by = (verdict: string) => ({ by: 'shop/c1-rollback-1', verdict });
const row = (verdict: string, more: Partial<Listed> = {}): Listed => ({
  target: 'shop',
  change: 'c1',
  runbook: 'r',
  mode: 'live',
  verdict,
  rollbackIncomplete: false,
  phase: '',
  waitingOn: '',
  running: false,
  startedBy: 'Ada',
  startedAt: '',
  closedAt: null,
  runId: '',
  ...more,
});

test.each([
  ['go', row('go')],
  ['no-go, ROLLBACK INCOMPLETE', row('no-go', { rollbackIncomplete: true })],
  ['go, taken back by c1-rollback-1', row('go', { takenBack: by('go') })],
  [
    'no-go, ROLLBACK INCOMPLETE, c1-rollback-1: no-go',
    row('no-go', { rollbackIncomplete: true, takenBack: by('no-go') }),
  ],
])('%s', (text, listed) => {
  expect(verdictText(listed)).toBe(text);
});

test.each([
  [{}, 'No go-lives. `golive rehearse <runbook>` or `golive start <runbook>` begins one.'],
  [{ verdict: 'running' }, 'No go-live is running. `golive list` without options shows all.'],
  [{ verdict: 'no-go' }, 'No go-live has the verdict no-go. `golive list` without options shows all.'],
  [{ target: 'shop' }, "No go-live of 'shop' is there. `golive list` without options shows all."],
  [{ target: 'shop', verdict: 'running' }, "No go-live of 'shop' is running. `golive list` without options shows all."],
])('with %j, an empty list says what there is none of', (filter, sentence) => {
  expect(listing([], filter)).toBe(`${sentence}\n`);
});
