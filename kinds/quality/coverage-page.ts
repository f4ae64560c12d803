import { posix } from 'node:path';
import { html, type Html, table } from '../../evidence/report/html.js';
import { plainPage } from '../../evidence/report/page.js';
import { countText } from '../../model/judge/count-text.js';
import { counted } from '../../model/text/counted.js';
import type { FileCoverage } from '../record/lcov.js';
import type { LineRange } from './coverage-files.js';
import { share } from './coverage.read.recompute.js';

/** Most files that have a row, and most of their names and lines in characters: a page of more opens slowly. */
const MOST_FILES = 2000;
const MOST_CHARACTERS = 1024 * 1024;
/** Most folders that have a row. */
const MOST_FOLDERS = 2000;
/** Most ranges of one file. */
const MOST_RANGES = 200;

interface Pageful {
  /** The report, as the step was told of it. */
  report: string;
  files: readonly FileCoverage[];
  paths: readonly { name: string; files: readonly FileCoverage[] }[];
  unmeasured: ReadonlySet<string>;
  missed: ReadonlyMap<string, readonly LineRange[]>;
}

/**
 * The coverage as one page that opens from a disk: overall, by critical path, by folder, and by file with the lines that
 * were not hit. The same report gives the same page.
 */
export async function coveragePage(all: Pageful): Promise<string> {
  const { report, paths } = all;
  const files = all.files.toSorted((a, b) => byName(a.file, b.file));
  const folders = new Map<string, FileCoverage[]>();
  for (const one of files) {
    const folder = posix.dirname(one.file);
    const own = folders.get(folder);
    if (own) own.push(one);
    else folders.set(folder, [one]);
  }
  const rows = [...folders].toSorted(([a], [b]) => byName(a, b));
  return plainPage(
    'Coverage of lines',
    html`<p class="lead">${percent(files)} of ${counted(sumOf(files), 'line')} in ${counted(files.length, 'file')}, as ${report} says.</p>
${
  paths.length === 0
    ? ''
    : html`<h2>Critical paths</h2>${table(
        ['path', ...FIGURES].map(columnOf),
        paths.map((one) => [one.name, ...cells(one.files)]),
      )}`
}
<h2>Folders</h2>
${table(
  ['folder', ...FIGURES, 'not measured'].map(columnOf),
  rows
    .slice(0, MOST_FOLDERS)
    .map(([folder, own]) => [folder, ...cells(own), String(own.filter(({ file }) => all.unmeasured.has(file)).length)]),
)}
${rows.length <= MOST_FOLDERS ? '' : html`<p class="warn">${counted(rows.length - MOST_FOLDERS, 'folder')} left out: this page holds at most ${MOST_FOLDERS}.</p>`}
<h2>Files</h2>
${filesOf(all, rows)}`,
  );
}

const FIGURES = ['files', 'lines', 'lines hit', 'of lines', 'of branches', 'of functions'];
const columnOf = (title: string, at: number) => (at === 0 ? { title } : { title, of: 'figures' as const });

function filesOf(all: Pageful, folders: readonly (readonly [string, readonly FileCoverage[]])[]): Html {
  let [rows, characters, left] = [0, 0, 0];
  const parts = folders.flatMap(([folder, files]) => {
    const shown = files.flatMap((one) => {
      if (rows === MOST_FILES) {
        left += 1;
        return [];
      }
      const lines = linesOf(one, all);
      const size = one.file.length + lines.length;
      if (characters + size > MOST_CHARACTERS) {
        left += 1;
        return [];
      }
      rows += 1;
      characters += size;
      return [[posix.basename(one.file), ...cells([one]).slice(1), lines]];
    });
    if (shown.length === 0) return [];
    const columns = ['file', ...FIGURES.slice(1)].map(columnOf);
    return [html`<h3>${folder}</h3>${table([...columns, { title: 'lines not hit', of: 'small' }], shown)}`];
  });
  const told = `${counted(left, 'file')} left out: this page holds at most ${MOST_FILES}, and 1 MiB of their names and lines. files.csv beside it has all.`;
  return html`${left === 0 ? '' : html`<p class="warn">${told}</p>`}${parts}`;
}

/** Ranges as `12–18, 20`; what is not known is said. */
function linesOf({ file, lines, covered }: FileCoverage, { unmeasured, missed }: Pageful): string {
  if (unmeasured.has(file)) return 'not measured: the report does not tell of this file';
  const ranges = missed.get(file);
  if (ranges === undefined) return covered < lines ? 'the report tells totals alone' : '';
  const shown = ranges.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  const more = ranges.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

function cells(files: readonly FileCoverage[]): string[] {
  const of = (value: number | undefined): string => (value === undefined ? '' : `${countText(value)} %`);
  return [
    String(files.length),
    String(sumOf(files)),
    String(files.reduce((sum, one) => sum + one.covered, 0)),
    percent(files),
    of(share(files, 'coveredBranches', 'branches')),
    of(share(files, 'coveredFunctions', 'functions')),
  ];
}

const sumOf = (files: readonly FileCoverage[]): number => files.reduce((sum, one) => sum + one.lines, 0);

function percent(files: readonly FileCoverage[]): string {
  const value = share(files, 'covered', 'lines');
  return value === undefined ? 'nothing' : `${countText(value)} %`;
}

/** By code units, which are the same everywhere. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
