import type { Json, JsonObject } from '../../model/json.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import type { Extras } from './extras.js';
import { html, type Html, NOTHING } from './html.js';

const CLASSES = ['pass', 'warn', 'reject', 'blocked'];

interface Run {
  phase: string;
  step: StepRecord;
}

function runsOf(state: GoLiveState): Run[] {
  return state.phases.flatMap((phase) => phase.steps.map((step) => ({ phase: phase.title, step })));
}

/** `expected>got` → count, when an output is such a map. */
function confusionOf(outputs: JsonObject | undefined): Map<string, number> | undefined {
  const value = outputs?.confusion;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const cells = Object.entries(value).filter(
    (entry): entry is [string, number] => entry[0].includes('>') && typeof entry[1] === 'number',
  );
  return cells.length > 0 ? new Map(cells) : undefined;
}

function classesIn(names: Iterable<string>): string[] {
  const seen = new Set(names);
  return [...CLASSES.filter((name) => seen.has(name)), ...[...seen].filter((name) => !CLASSES.includes(name)).sort()];
}

/** One matrix per case run: rows expected, columns got. */
export function confusion(state: GoLiveState): Html | undefined {
  const runs = runsOf(state).flatMap(({ phase, step }) => {
    const cells = confusionOf(step.outputs);
    return cells ? [matrix(`${phase} · ${step.id}`, cells)] : [];
  });
  return runs.length === 0
    ? undefined
    : html`<p class="soft small">Rows: the verdict the oracle expects. Columns: the verdict the system gave. The diagonal is agreement; a framed cell is a critical false pass (a reject that was let pass).</p><div class="pair">${runs}</div>`;
}

function matrix(title: string, cells: ReadonlyMap<string, number>): Html {
  const split = (key: string) => [key.slice(0, key.indexOf('>')), key.slice(key.indexOf('>') + 1)] as const;
  const names = classesIn([...cells.keys()].flatMap((key) => split(key)));
  const count = (expected: string, got: string) => cells.get(`${expected}>${got}`) ?? 0;
  const rows = names.map((expected) => {
    const total = names.reduce((sum, got) => sum + count(expected, got), 0);
    const row = names.map((got) => {
      const here = count(expected, got);
      const share = total === 0 ? 0 : here / total;
      const tint = expected === got ? '26,127,55' : '180,35,24';
      const style = here === 0 ? '' : `background:rgba(${tint},${(0.12 + 0.5 * share).toFixed(2)})`;
      const critical = expected === 'reject' && got === 'pass' && here > 0;
      return html`<td class="${critical ? 'crit' : ''}" style="${style}">${here === 0 ? html`<span class="soft">0</span>` : html`<b>${here}</b><br><span class="small">${Math.round(share * 100)} %</span>`}</td>`;
    });
    return html`<tr><th>${expected}</th>${row}<td class="soft">${total}</td></tr>`;
  });
  return html`<div><h4>${title}</h4><table class="matrix"><thead><tr><th>expected ↓ got →</th>${names.map((name) => html`<th>${name}</th>`)}<th>all</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What the service's rate limit did to the runs. */
export function rateLimits(state: GoLiveState, extras: Extras): Html | undefined {
  const sources: [string, JsonObject][] = runsOf(state).flatMap(({ phase, step }) => {
    const figures = Object.entries(step.outputs ?? {}).filter(
      ([name, value]) => /429|retr(y|ies)|rate.?limit/i.test(name) && typeof value === 'number',
    );
    return figures.length > 0 ? [[`${phase} · ${step.id}`, Object.fromEntries(figures)] as [string, JsonObject]] : [];
  });
  const file = extras.rateLimits ? sourcesOf(extras.rateLimits) : [];
  const shown = file.length > 0 ? file : sources;
  if (shown.length === 0) return undefined;
  const names = [...new Set(shown.flatMap(([, figures]) => Object.keys(figures)))].slice(0, 10);
  const rows = shown.map(
    ([source, figures]) =>
      html`<tr><td>${source}</td>${names.map((name) => html`<td class="num">${text(figures[name])}</td>`)}</tr>`,
  );
  return html`<table><thead><tr><th>Run</th>${names.map((name) => html`<th class="num">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

/** `rate_limit_stats.json`: one run's figures, or several by their run. */
function sourcesOf(file: JsonObject): [string, JsonObject][] {
  const flat = (figures: JsonObject) =>
    Object.fromEntries(Object.entries(figures).filter(([, value]) => value === null || typeof value !== 'object'));
  const nested = Object.entries(file).filter(
    (entry): entry is [string, JsonObject] =>
      entry[1] !== null && typeof entry[1] === 'object' && !Array.isArray(entry[1]),
  );
  if (nested.length > 0 && nested.length === Object.keys(file).length)
    return nested.map(([name, figures]) => [name, flat(figures)]);
  return [['all', flat(file)]];
}

function text(value: Json | undefined): string {
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  return value === undefined || value === null ? '–' : String(value);
}

const LONGEST_CELL = 160;

export function failedCases(extras: Extras): Html | undefined {
  const cases = extras.failedCases;
  if (!cases || cases.rows.length === 0) return undefined;
  const short = (cell: string) => (cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : cell);
  const rows = cases.rows.map(
    (row) => html`<tr>${cases.header.map((_, index) => html`<td class="small">${short(row[index] ?? '')}</td>`)}</tr>`,
  );
  const more =
    cases.total > cases.rows.length
      ? html`<p class="soft">The first ${cases.rows.length} of ${cases.total}; failed_cases.csv has all.</p>`
      : NOTHING;
  return html`<table><thead><tr>${cases.header.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>${more}`;
}
