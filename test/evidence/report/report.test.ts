import { describe, expect, test } from '@jest/globals';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { timelineRecord } from '../../../evidence/report/records.js';
import { renderReport } from '../../../evidence/report/render.js';
import { signoffText } from '../../../evidence/report/signoff.js';
import { failedIn } from '../../../model/playbook/failed.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { goState, noGoState } from '../../kits/state-fixture.js';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</style><script>1</script>',
  '<svg/onload=alert(1)>',
  "' onmouseover='alert(1)",
  '&lt;b&gt;',
  '${7*7}',
  '\u202Egnp.exe',
  '\u001b[31mred',
  '| broken | table |',
  '`code` [link](javascript:alert(1))',
];

describe('the report', () => {
  test('drawn again it is the same, byte for byte', async () => {
    expect(await renderReport(goState(), NO_EXTRAS)).toBe(await renderReport(goState(), NO_EXTRAS));
  });

  test('says at the top that it was a rehearsal, the verdict, and every gate with its sentence', async () => {
    const state = noGoState();
    const page = await renderReport(state, NO_EXTRAS);
    expect(page.indexOf('REHEARSAL')).toBeLessThan(page.indexOf('<h1'));
    expect(page).toContain('NO-GO');
    const escaped = (text: string) =>
      text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
    for (const gate of state.phases.flatMap(({ gates }) => gates)) expect(page).toContain(escaped(gate.sentence));
    expect(page).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1|www\.w3\.org)[a-z]+\.[a-z]+[^<]*"\s*(src|href)=/i);
  });

  test('where phases run beside each other: what each waits for, its slack, and the critical path', async () => {
    const state = goState();
    const [first, second, ...rest] = state.phases;
    if (!first || !second) throw new Error('no phases');
    for (const [at, phase] of rest.entries())
      phase.needs = at === 0 ? [first.id, second.id] : [rest[at - 1]?.id ?? first.id];
    first.needs = [];
    second.needs = [];
    first.plannedMs = 7_200_000;
    second.plannedMs = 3_600_000;
    const page = await renderReport(state, NO_EXTRAS);
    expect(page).toContain('<th>Waits for</th>');
    expect(page).toContain(
      `${first.index} ${first.title}, ${second.index} ${second.title}</td><td class="num" data-title="Slack by the plan">none: critical`,
    );
    const path = /Critical path by the plan: ([^.]*)\. As it was: /.exec(page)?.[1];
    expect(path).toContain(`${first.index} ${first.title}`);
    expect(path).not.toContain(`${second.index} ${second.title}`);
    expect(timelineRecord(state)).toMatchObject({
      slackMs: { [first.id]: 0, [second.id]: 3_600_000 / state.timeScale },
    });
  });

  test.each(HOSTILE)('what a program said stands folded behind its cause, as text: %j', async (said) => {
    const state = goState();
    const [step] = state.phases.flatMap(({ steps }) => steps);
    if (step) Object.assign(step, { status: 'failed', failure: { code: 'COMMAND_FAILED', message: 'code 1', said } });
    const page = await renderReport(state, NO_EXTRAS);
    expect(page).toMatch(/code 1<details class="said"><summary>what it said last<\/summary><pre>/);
    expect(page).not.toMatch(/<script|<img|<svg\/|onerror=alert\(1\)>|\u202E|\u001b/);
  });

  test.each(HOSTILE)('hostile text stays text: %j', async (text) => {
    const state = goState();
    state.sentence = text;
    state.runbook.title = text;
    for (const approval of state.approvals)
      for (const vote of approval.votes) Object.assign(vote, { by: text, reason: text });
    for (const phase of state.phases) phase.title = text;
    const page = await renderReport(state, NO_EXTRAS);
    expect(page).not.toMatch(/<script|<img|<svg\/|onerror=alert\(1\)>|\u202E|\u001b/);
    const page2 = signoffText(state);
    expect(page2).not.toMatch(/^\| broken|(?<!\\)<script|\u202E|\u001b/m);
  });
});

describe('a failed gate and a failed step', () => {
  test('point to the entry of the playbook that answers them; a page of a runbook without one says nothing of it', async () => {
    const state = noGoState();
    const [gate] = failedIn(state).filter(({ part }) =>
      state.phases.some(({ gates }) => gates.some(({ id }) => id === part)),
    );
    const [phase] = state.phases.filter(({ steps }) => steps.length > 0);
    const [step] = phase?.steps ?? [];
    if (!gate || !phase || !step) throw new Error('the state has a failed gate and a step');
    const playbook = [
      { entry: 'of-gate', when: [addressText({ phase: asId(gate.phase), part: asId(gate.part) })] },
      { entry: 'of-step', when: [addressText({ phase: phase.id, part: step.id })] },
    ];
    step.status = 'failed';
    const page = await renderReport({ ...state, playbook }, NO_EXTRAS);
    for (const entry of ['of-gate', 'of-step'])
      expect(page).toContain(`playbook: <b>${entry}</b>, <code>golive playbook show ${entry}</code>`);
    expect(await renderReport(state, NO_EXTRAS)).not.toContain('playbook');
  });
});
