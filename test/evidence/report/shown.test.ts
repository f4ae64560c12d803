import { describe, expect, test } from '@jest/globals';
import { type Extras, NO_EXTRAS } from '../../../evidence/report/extras.js';
import { renderReport } from '../../../evidence/report/render.js';
import type { Shown } from '../../../model/evidence/shown.js';
import { goState } from '../../kits/state-fixture.js';

const matrix: Shown = {
  as: 'matrix',
  title: 'Sorted',
  place: 'figures',
  output: 'sorted',
  about: 'Rows are <true>.',
  corner: 'true \\ said',
  order: ['b', 'a'],
  alarm: { row: 'a', column: 'b' },
};
const figures: Shown = {
  as: 'figures',
  title: 'Speed',
  place: 'figures',
  outputs: ['ms', 'absent'],
  file: 'speed.json',
  titles: { ms: 'Milliseconds' },
};
const rows: Shown = { as: 'rows', title: 'Lost', place: 'failures', file: 'lost.csv' };

/** A report whose first step is of a kind that shows these sections. */
async function reportOf(shows: Shown[], files: Extras['files'] = {}): Promise<string> {
  const state = goState();
  const [step] = state.phases.find(({ steps }) => steps.length > 0)?.steps ?? [];
  if (!step) throw new Error('the fixture has no step');
  step.uses = 'mail.sort';
  step.outputs = { ms: 12, other: 7, sorted: { 'a>b': 1, 'b>b': 3, 'c>a': 2 } };
  return renderReport(state, { ...NO_EXTRAS, shows: { 'mail.sort': shows }, files });
}

describe('a section that a kind shows', () => {
  test('a matrix has its rows in order, text stays text, and the cell that must be empty is framed', async () => {
    const page = await reportOf([matrix]);
    expect(page).toContain('<h2>Sorted</h2><p class="soft small">Rows are &lt;true&gt;.</p>');
    const table = page.slice(page.indexOf('true \\ said'));
    expect([...table.matchAll(/<tr><th>(\w+)<\/th>/g)].slice(0, 3).map(([, name]) => name)).toEqual(['b', 'a', 'c']);
    expect(page.match(/class="crit"/g)).toHaveLength(1);
  });

  test('figures are the outputs that it names, or those of the file where the bundle has it', async () => {
    const own = await reportOf([figures]);
    expect(own).toContain('<th class="num">Milliseconds</th></tr>');
    expect(own).toContain('<td class="num" data-title="Milliseconds">12</td></tr>');
    const filed = await reportOf([figures], { 'speed.json': '{"first":{"p50":1.23456},"second":{"p50":null}}' });
    expect(filed).toContain('<td data-title="Step">first</td><td class="num" data-title="P50">1.235</td>');
    expect(filed).toContain('<td data-title="Step">second</td><td class="num" data-title="P50">–</td>');
    expect(await reportOf([figures], { 'speed.json': 'broken' })).toBe(own);
  });

  test('rows of a file are shown up to thirty, among what failed; without the file there is no section', async () => {
    const csv = `id,why\n${Array.from({ length: 40 }, (_, index) => `${index},<b>`).join('\n')}\n`;
    const page = await reportOf([rows], { 'lost.csv': csv });
    expect(page).toContain('The first 30 of 40; lost.csv has all.');
    expect(page).toContain(
      '<td class="nowrap" data-title="Id">29</td><td class="nowrap" data-title="Why">&lt;b&gt;</td></tr></tbody>',
    );
    expect(await reportOf([rows])).not.toContain('Lost');
    expect(await reportOf([rows])).toBe(await reportOf([]));
  });

  test('columns, runs and objects in cells are in words; no column says again what its line is of', async () => {
    const state = goState();
    const phase = state.phases.find(({ steps }) => steps.length > 0);
    const step = phase?.steps[0];
    if (!phase || !step) throw new Error('the fixture has no step');
    const run = `${phase.id}.${step.id}`;
    const csv = `run,attempt,lcSeen,documents_seen\n${run},2,true,"{""bill_of_lading"":true,""pages"":3}"\n`;
    const json = JSON.stringify({ [run]: { run, retries429: 3, complete: true } });
    const page = await reportOf([{ ...figures, titles: {} }, rows], { 'lost.csv': csv, 'speed.json': json });
    const name = `${phase.index} ${phase.title}: ${step.title}`;
    expect(page).toContain(
      `<tr><td class="small" data-title="Run">${name}</td><td class="nowrap" data-title="Attempt">2</td><td class="nowrap" data-title="Lc seen">true</td><td class="small" data-title="Documents seen">bill of lading yes, pages 3</td></tr>`,
    );
    expect(page).toContain(
      `<tr><td data-title="Step">${name}</td><td class="num" data-title="Retries 429">3</td><td class="num" data-title="Complete">yes</td></tr>`,
    );
  });
});
