import { expect, test } from '@jest/globals';
import { stepKinds } from '../../../kinds/catalog.js';
import { loadRunbook } from '../../../model/schema/load.js';
import { scheduleLines, scheduleNotes } from '../../../client/runbook/schedule-notes.js';

const NOW = new Date('2026-11-21T10:10:00Z');

function said(schedule: string): string[] {
  const { runbook, problems } = loadRunbook(
    `schema: 1
id: shop
title: Shop
roles: { sre: SRE }
inputs:
  when: { type: string, default: "30 * * * *" }
  told: { type: string }
  pause: { type: duration, default: 2h }
phases:
  - { id: one, steps: [{ id: rest, uses: wait, with: { for: 1s } }] }
schedules: [{ id: look, phases: [one], ${schedule} }]
`,
    'shop.yaml',
    stepKinds,
  );
  if (!runbook) throw new Error(JSON.stringify(problems));
  return scheduleNotes(runbook, NOW).flatMap(scheduleLines);
}

const NEXT =
  'next Sat 2026-11-21 10:30, Sat 2026-11-21 11:30, Sat 2026-11-21 12:30, Sat 2026-11-21 13:30, Sat 2026-11-21 14:30 (UTC)';

test.each([
  ['a calendar', 'cron: "30 * * * *"', `schedule look: ${NEXT}`],
  ['an input', 'cron: "${{ inputs.when }}"', `schedule look: ${NEXT}, unless input when says otherwise`],
  ['an input without a default', 'cron: "${{ inputs.told }}"', 'schedule look: an input decides when'],
  [
    'an input of an interval',
    'every: "${{ inputs.pause }}"',
    /^schedule look: next Sat 2026-11-21 12:00, .*, unless input pause says otherwise$/,
  ],
])('%s says when a schedule runs', (_name, schedule, line) => {
  expect(said(schedule)).toEqual([
    expect.stringMatching(line instanceof RegExp ? line : new RegExp(`^${line.replaceAll(/[()]/g, '\\$&')}$`)),
  ]);
});
