import { parse } from 'csv-parse/sync';
import type { Shown, ShownFigures, ShownMatrix, ShownRows } from '../../model/evidence/shown.js';
import { type Json, type JsonObject, jsonObjectIn } from '../../model/json.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import type { Extras } from './extras.js';
import { html, type Html, NOTHING, section, table } from './html.js';
import { inWords, stepName } from './words.js';

/** How many rows of a file the report shows; the file has them all. */
const SHOWN_ROWS = 30;
const MOST_COLUMNS = 10;
const LONGEST_CELL = 300;
/** A column of cells no longer than this is never broken within a word. */
const SHORT_CELL = 16;

interface Run {
  name: string;
  outputs: JsonObject;
}

/** The sections that kinds add at a place of the report, in the order of the kinds. */
export function shownSections(state: GoLiveState, extras: Extras, place: Shown['place']): Html {
  const sections = Object.entries(extras.shows).flatMap(([kind, shows]) =>
    shows.filter((shown) => shown.place === place).map((shown) => ({ shown, runs: runsOf(state, kind) })),
  );
  const [first = NOTHING, ...rest] = sections.map(({ shown, runs }) =>
    section(shown.title, draw(state, shown, runs, extras)),
  );
  // Each begins on a line of its own.
  return html`${first}${rest.map((one) => html`\n${one}`)}`;
}

function draw(state: GoLiveState, shown: Shown, runs: readonly Run[], extras: Extras): Html | undefined {
  if (shown.as === 'matrix') return matrices(shown, runs);
  if (shown.as === 'figures') return figures(state, shown, runs, extras);
  const rows = rowsShown(state, shown, extras);
  return (
    rows &&
    html`${table(columnsOf(rows), rows.cells)}${rows.more === '' ? NOTHING : html`<p class="soft">${rows.more}</p>`}`
  );
}

function runsOf(state: GoLiveState, kind: string): Run[] {
  const ofKind = ({ uses }: StepRecord) => uses === kind;
  return state.phases.flatMap((phase) =>
    phase.steps
      .filter(ofKind)
      .map((step) => ({ name: stepName(state, `${phase.id}.${step.id}`), outputs: step.outputs ?? {} })),
  );
}

/** `row>column` → count, when an output is such a map. */
function countsOf(value: Json | undefined): Map<string, number> | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const cells = Object.entries(value).filter(
    (entry): entry is [string, number] => entry[0].includes('>') && typeof entry[1] === 'number',
  );
  return cells.length > 0 ? new Map(cells) : undefined;
}

function matrices(shown: ShownMatrix, runs: readonly Run[]): Html | undefined {
  const tables = runs.flatMap(({ name, outputs }) => {
    const counts = countsOf(outputs[shown.output]);
    return counts ? [matrix(shown, name, counts)] : [];
  });
  return tables.length === 0
    ? undefined
    : html`<p class="soft small">${shown.about}</p><div class="pair">${tables}</div>`;
}

function matrix({ corner, order, alarm }: ShownMatrix, title: string, counts: ReadonlyMap<string, number>): Html {
  const seen = new Set([...counts.keys()].flatMap((key) => [before(key), key.slice(key.indexOf('>') + 1)]));
  const rest = [...seen].filter((name) => !order.includes(name)).toSorted();
  const names = [...order.filter((name) => seen.has(name)), ...rest];
  const count = (row: string, column: string) => counts.get(`${row}>${column}`) ?? 0;
  const rows = names.map((row) => {
    const total = names.reduce((sum, column) => sum + count(row, column), 0);
    const cells = names.map((column) => {
      const here = count(row, column);
      const share = total === 0 ? 0 : here / total;
      const tint = row === column ? '26,127,55' : '180,35,24';
      const style = here === 0 ? '' : `background:rgba(${tint},${(0.12 + 0.5 * share).toFixed(2)})`;
      const critical = row === alarm?.row && column === alarm.column && here > 0;
      return html`<td class="${critical ? 'crit' : ''}" style="${style}">${here === 0 ? html`<span class="soft">0</span>` : html`<b>${here}</b><br><span class="small">${Math.round(share * 100)} %</span>`}</td>`;
    });
    return html`<tr><th>${row}</th>${cells}<td class="soft">${total}</td></tr>`;
  });
  return html`<div><h4>${title}</h4><table class="matrix"><thead><tr><th>${corner}</th>${names.map((name) => html`<th>${name}</th>`)}<th>all</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function before(key: string): string {
  return key.slice(0, key.indexOf('>'));
}

function figures(
  state: GoLiveState,
  { outputs, file, titles }: ShownFigures,
  runs: readonly Run[],
  extras: Extras,
): Html | undefined {
  const ofSteps = runs.flatMap(({ name, outputs: all }): [string, JsonObject][] => {
    const told = outputs.filter((output) => typeof all[output] !== 'object' && all[output] !== undefined);
    return told.length > 0 ? [[name, Object.fromEntries(told.map((output) => [output, all[output] ?? null]))]] : [];
  });
  const content = file === undefined ? undefined : jsonObjectIn(extras.files[file] ?? '');
  const shown = content ? figuresOf(content) : ofSteps;
  if (shown.length === 0) return undefined;
  // Where each line says what it is of, no column says it again.
  const own = (name: string): boolean => shown.every(([source, one]) => one[name] === source);
  const names = [...new Set(shown.flatMap(([, one]) => Object.keys(one)))].filter((name) => !own(name));
  const kept = names.slice(0, MOST_COLUMNS);
  return table(
    [{ title: 'Step' }, ...kept.map((name) => ({ title: titleOf(name, titles), of: 'figures' as const }))],
    shown.map(([source, one]) => [stepName(state, source), ...kept.map((name) => text(one[name]))]),
  );
}

function titleOf(name: string, titles: Readonly<Record<string, string>> = {}): string {
  const words = Object.hasOwn(titles, name) ? (titles[name] ?? name) : inWords(name);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A file's figures: one run's, or several by their run. */
function figuresOf(file: JsonObject): [string, JsonObject][] {
  const flat = (one: JsonObject) =>
    Object.fromEntries(Object.entries(one).filter(([, value]) => value === null || typeof value !== 'object'));
  const nested = Object.entries(file).filter(
    (entry): entry is [string, JsonObject] =>
      entry[1] !== null && typeof entry[1] === 'object' && !Array.isArray(entry[1]),
  );
  if (nested.length > 0 && nested.length === Object.keys(file).length)
    return nested.map(([name, one]) => [name, flat(one)]);
  return [['all', flat(file)]];
}

function text(value: Json | undefined): string {
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === undefined || value === null ? '–' : String(value);
}

/** The first rows of a file as people read them. */
export interface RowsShown {
  titles: string[];
  cells: string[][];
  /** How many there are besides; empty where these are all. */
  more: string;
}

/** Rows of a file of the bundle, columns and runs in words; undefined where it holds none. */
export function rowsShown(state: GoLiveState, { file, titles }: ShownRows, extras: Extras): RowsShown | undefined {
  const [header = [], ...all] = csvOf(extras.files[file]);
  if (all.length === 0) return undefined;
  const cells = all
    .slice(0, SHOWN_ROWS)
    .map((row) => header.map((_, index) => shortened(stepName(state, cellText(row[index] ?? '')))));
  const more = all.length > cells.length ? `The first ${cells.length} of ${all.length}; ${file} has all.` : '';
  return { titles: header.map((name) => titleOf(name, titles)), cells, more };
}

const shortened = (cell: string): string => (cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : cell);

/** An object in a cell as `fields read 0, confidence 0`; anything else as it is. */
function cellText(cell: string): string {
  const found = cell.startsWith('{') ? jsonObjectIn(cell) : undefined;
  if (!found) return cell;
  const parts = Object.entries(found).map(
    ([name, value]) =>
      `${inWords(name)} ${value !== null && typeof value === 'object' ? JSON.stringify(value) : text(value)}`,
  );
  return parts.join(', ');
}

function columnsOf({ titles, cells }: RowsShown): { title: string; of: 'small' | 'words' }[] {
  return titles.map((title, at) => {
    const short = cells.every((row) => (row[at] ?? '').length <= SHORT_CELL);
    return { title, of: short ? 'words' : 'small' };
  });
}

function csvOf(content: string | undefined): string[][] {
  try {
    return parse(content ?? '', { relax_column_count: true, skip_empty_lines: true });
  } catch {
    return [];
  }
}
