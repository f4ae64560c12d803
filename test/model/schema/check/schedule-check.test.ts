import { describe, expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const steps = [{ id: 'pause', uses: 'wait', with: { for: '1s' } }];
const phases = [
  { id: 'one', owner: 'lead', steps },
  { id: 'asks', owner: 'lead', approval: { role: 'lead' } },
  { id: 'ticks', owner: 'lead', checklist: [{ id: 'look', role: 'lead', text: 'Look.' }] },
  { id: 'by-rule', owner: 'lead', steps, approval: { role: 'lead', auto: 'run.mode == "live"' } },
  { id: 'reads', steps, gates: [{ id: 'g', value: 'phases.one.steps.pause.waitedMs', atLeast: 1 }] },
  { id: 'stuck', owner: 'lead', steps, onFail: { then: 'ask' } },
];
const nightly = { id: 'nightly', title: 'Nightly', cron: '0 3 * * *', phases: ['one'] };
const inputs = {
  when: { type: 'string', default: '30 * * * *' },
  told: { type: 'string' },
  pause: { type: 'duration', default: '1h' },
};
const of = (...schedules: object[]): string[] =>
  problemsWith({ inputs, phases, schedules: schedules.map((more) => ({ ...nightly, ...more })) });

test.each([
  [{}],
  [{ timezone: 'Europe/Berlin' }],
  [{ phases: ['one', 'reads'] }],
  [{ phases: ['by-rule'] }],
  [{ cron: undefined, every: '1h' }],
  [{ cron: undefined, every: '1s' }],
  [{ cron: '*/30 */12 */15 */6 */3' }],
  [{ timezone: 'US/Eastern' }],
  [{ cron: '${{ inputs.when }}' }],
  [{ cron: '${{inputs.told}}' }],
  // Nothing of the runbook is run: its phases may ask people.
  [{ phases: undefined, preflight: true }],
])('%j is in order', (more) => {
  expect(of(more)).toEqual([]);
});

describe('a schedule is refused', () => {
  test.each<[string, object[], RegExp]>([
    ['with both rhythms', [{ every: '1h' }], /either `cron` or `every`/],
    [
      'that runs phases and looks only',
      [{ preflight: true }],
      /either `phases` or `preflight: true`: `phases` are run/,
    ],
    ['that does neither', [{ phases: undefined }], /either `phases` or `preflight: true`/],
    ['that says that it does not look only', [{ preflight: false }], /preflight/],
    ['with none', [{ cron: undefined }], /either `cron` or `every`/],
    ['at an hour that no clock shows', [{ cron: '0 99 * * *' }], /the hour '99'/],
    ['on every second Friday, which Temporal would read as every one', [{ cron: '0 9 * * 5#2' }], /the weekday '5#2'/],
    ['on a day that never comes', [{ cron: '0 0 30 2 *' }], /never comes/],
    ...['*/90 * * * *', '0 */25 * * *', '0 0 */32 * *', '0-59/60 * * * *', '0 0 1 */12 *'].map(
      (cron): [string, object[], RegExp] => [
        `every ${cron}, of which the server runs the first alone`,
        [{ cron }],
        /steps over all of its values/,
      ],
    ),
    ['whose input is not there', [{ cron: '${{ inputs.wen }}' }], /there is no input 'wen': .*when/],
    [
      'whose input is no text',
      [{ cron: '${{ inputs.pause }}' }],
      /input 'pause' is a duration, but a string is wanted here/,
    ],
    ['with an input among its fields', [{ cron: '${{ inputs.when }} * *' }], /the minute '\$\{\{'/],
    ['every millisecond', [{ cron: undefined, every: '1ms' }], /the server runs nothing every 1ms/],
    ['every 0s', [{ cron: undefined, every: '0s' }], /the server runs nothing every 0s/],
    ['every one and a half seconds', [{ cron: undefined, every: '1500ms' }], /nothing every 1.5s: whole seconds/],
    [
      'in a time zone in small letters',
      [{ timezone: 'europe/berlin' }],
      /no time zone 'europe\/berlin': Write Europe\/Berlin/,
    ],
    ['in one that only this program knows', [{ timezone: 'PST' }], /no time zone 'PST': Write America\/Los_Angeles/],
    ['in no time zone', [{ timezone: 'Europe/Atlantis' }], /no time zone 'Europe\/Atlantis'/],
    ['of a phase that is not there', [{ phases: ['ones'] }], /no phase 'ones': Did you mean 'one'/],
    ['of a phase that asks', [{ phases: ['asks'] }], /'asks' waits for a person/],
    ['of a phase with a checklist', [{ phases: ['ticks'] }], /'ticks' waits for a person/],
    ['of a phase whose failure asks', [{ phases: ['stuck'] }], /'stuck' waits for a person/],
    ['of a phase that reads another one', [{ phases: ['reads'] }], /reads what phase 'one' measured/],
    ['under a name that is taken', [{}, {}], /two schedules 'nightly'/],
    [
      'whose blackout ends before it begins',
      [{ blackouts: [{ from: '2026-12-24T00:00:00Z', to: '2026-12-23T00:00:00Z', why: 'Holidays' }] }],
      /ends before it begins/,
    ],
  ])('%s', (_name, schedules, problem) => {
    expect(of(...schedules)).toEqual([expect.stringMatching(problem)]);
  });
});

test('the default of an input that settles when it runs is judged where it stands', () => {
  const when = { type: 'string', default: '0 99 * * *' };
  const problems = problemsWith({ inputs: { when }, phases, schedules: [{ ...nightly, cron: '${{ inputs.when }}' }] });
  expect(problems).toEqual([expect.stringMatching(/the hour '99'/)]);
});
