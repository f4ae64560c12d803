import { describe, expect, test } from '@jest/globals';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { countGates, notChecked } from '../../../evidence/report/not-checked.js';
import { renderReport } from '../../../evidence/report/render.js';
import { signoffText } from '../../../evidence/report/signoff.js';
import { contextKey } from '../../../model/expression/expression.js';
import { asId } from '../../../model/plan/address.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { goState, noGoState } from '../../kits/state-fixture.js';

const gate = (id: string) => ({ id, title: `Gate ${id}` });

/** A go-live that stopped in its first phase, where two gates hold; in the second, three would have been judged. */
function stopped(): { state: GoLiveState; planned: typeof NO_EXTRAS.planned } {
  const state = goState();
  const [first, second] = state.phases;
  const one = state.phases.flatMap(({ gates }) => gates).find(({ verdict }) => verdict === 'go');
  if (!first || !second || !one) throw new Error('the fixture has changed');
  state.phases = [first, second];
  first.gates = ['a', 'b'].map((id) => ({ ...one, id: asId(id) }));
  Object.assign(second, { status: 'pending', attempt: 0, steps: [], gates: [], history: [] });
  const [step] = first.steps;
  if (step) Object.assign(step, { status: 'skipped', skipped: 'when: steps.x.y == 1' });
  state.approvals = [];
  state.rollbacks = [];
  const steps = first.steps.map(({ id, title }) => ({ id, title, needed: true }));
  return {
    state,
    planned: [
      {
        id: first.id,
        steps: [...steps, { id: 'last', title: 'The last one', needed: true }],
        gates: [gate('a'), gate('b')],
      },
      { id: second.id, steps: [], gates: [gate('c'), gate('d'), gate('e')] },
    ],
  };
}

describe('what was not checked', () => {
  test('gates that were never judged neither hold nor fail: 2 hold, 3 not judged', async () => {
    const { state, planned } = stopped();
    expect(countGates(state, planned)).toEqual({ held: 2, waived: 0, judged: 2, notJudged: 3 });
    const page = await renderReport(state, { ...NO_EXTRAS, planned });
    expect(page).toContain('<b>2 hold</b><span>of 5 gates: 3 not judged</span>');
    expect(signoffText(state, '', { ...NO_EXTRAS, planned })).toContain('2 hold, 0 do not, 0 waived, 3 not judged');
  });

  test('names phases that did not run with their gates, steps that were left out and not reached, and why', () => {
    const { state, planned } = stopped();
    const [first, second] = state.phases;
    expect(notChecked(state, { ...NO_EXTRAS, planned })).toEqual([
      { what: `0 ${first?.title}: ${first?.steps[0]?.title}`, why: 'Its condition does not hold: steps.x.y == 1' },
      { what: `0 ${first?.title}: 1 step (The last one)`, why: 'The phase stopped before them.' },
      { what: `1 ${second?.title}: 3 gates (Gate c, Gate d, Gate e)`, why: 'The go-live ended before it.' },
    ]);
  });

  test('a condition says what stood in it: what was given, what steps told, of this phase and of earlier ones', () => {
    const { state, planned } = stopped();
    const [first, second] = state.phases;
    const [skipped, told] = first?.steps ?? [];
    if (!skipped || !told) throw new Error('the fixture has changed');
    const path = `steps.${contextKey(told.id)}`;
    const condition = `inputs.full && ${path}.red > 0.0 || ${path}.text == "inputs.full" || has(${path}.gone) || ${path}.text.size() > 9`;
    skipped.skipped = `when: ${condition}`;
    told.outputs = { red: 0, text: 'x'.repeat(200) };
    const later = `phases.${contextKey(first?.id ?? '')}.${path}.red > 0.0 && run.mode == "live"`;
    Object.assign(second ?? {}, { status: 'skipped', sentence: `Skipped: ${later} does not hold.` });
    const whys = notChecked(state, { planned, inputs: { inputs: { full: false } } }).map(({ why }) => why);
    expect(whys).toContain(
      `Its condition does not hold: ${condition} (inputs.full was false, ${path}.red was 0, ${path}.text was "${'x'.repeat(79)}…)`,
    );
    expect(whys).toContain(
      `Its condition does not hold: ${later} (phases.${contextKey(first?.id ?? '')}.${path}.red was 0, run.mode was "rehearse")`,
    );
  });

  test('a phase that somebody omitted says by whom and why', () => {
    const { state, planned } = stopped();
    const omitted = { by: 'Ada', role: 'cto', reason: 'Not on a Friday', at: state.startedAt };
    Object.assign(state.phases[1] ?? {}, { status: 'skipped', omitted });
    expect(notChecked(state, { ...NO_EXTRAS, planned }).at(-1)?.why).toBe(
      'Declared not required by Ada as CTO: Not on a Friday',
    );
  });

  test('a question that was never asked stands there without the expressions in it', async () => {
    const state = noGoState();
    const [approval] = state.approvals;
    if (approval) Object.assign(approval, { status: 'not-asked', votes: [], question: 'Is ${{ steps.a.b }} right?' });
    expect(notChecked(state, NO_EXTRAS).map(({ what }) => what)).toContain('Question “Is … right?”');
    expect(await renderReport(state, NO_EXTRAS)).not.toContain('${{');
    const page = signoffText(state);
    expect(page).toContain('| Is … right? | never asked | nobody |');
    expect(page).not.toContain('${{');
  });
});

test('to release what was held is no rollback', async () => {
  const { state } = stopped();
  const { startedAt } = state;
  const steps: GoLiveState['rollbacks'][number]['steps'] = [];
  state.rollbacks = [{ id: 'release', title: 'Thaw', because: 'The end.', status: 'done', startedAt, steps }];
  const page = await renderReport(state, NO_EXTRAS);
  expect(page).toContain('<b>0</b><span>rollbacks</span>');
  expect(page).toContain('<h2>Released at the end</h2>');
  expect(page).not.toContain('Rollback release');
  expect(signoffText(state)).toContain('## Rollbacks\n\nNone was needed.\n\n## Released at the end');
});
