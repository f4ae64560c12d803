import type { Outcome } from './case.js';

export interface Row {
  kind: string;
  cases: number;
  finished: number;
  struck: number;
  doubled: number;
  lost: number;
  wrong: number;
  stuck: number;
  needsDecision: number;
  recoveryP50Ms: number | null;
  recoveryP95Ms: number | null;
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return at === undefined ? null : Math.round(at);
}

function rowOf(kind: string, outcomes: readonly Outcome[]): Row {
  const recoveries = outcomes.flatMap(({ recoveriesMs }) => recoveriesMs);
  return {
    kind,
    cases: outcomes.length,
    finished: outcomes.filter(({ finished }) => finished).length,
    struck: outcomes.filter(({ struck }) => struck).length,
    doubled: outcomes.reduce((sum, { doubled }) => sum + doubled.length, 0),
    lost: outcomes.reduce((sum, { lost }) => sum + lost.length, 0),
    wrong: outcomes.filter(({ wrong }) => wrong.length > 0).length,
    stuck: outcomes.filter(({ stuck }) => stuck !== undefined).length,
    needsDecision: outcomes.reduce((sum, { decisions }) => sum + decisions, 0),
    recoveryP50Ms: percentile(recoveries, 0.5),
    recoveryP95Ms: percentile(recoveries, 0.95),
  };
}

/** Cases by kind, and all of them last. */
export function rowsOf(outcomes: readonly Outcome[]): Row[] {
  const kinds = [...new Set(outcomes.map((outcome) => outcome.case.kind))];
  const rows = kinds.map((kind) =>
    rowOf(
      kind,
      outcomes.filter((outcome) => outcome.case.kind === kind),
    ),
  );
  return [...rows, rowOf('all', outcomes)];
}

export function tableText(rows: readonly Row[]): string {
  const head = [
    'kind',
    'cases',
    'finished',
    'struck',
    'doubled',
    'lost',
    'wrong',
    'stuck',
    'asked',
    'p50 ms',
    'p95 ms',
  ];
  const lines = [head, ...rows.map((row) => Object.values(row).map((value) => String(value ?? '–')))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))))
    .map((line) => line.join('  '))
    .join('\n');
}

/** What is wrong, one line each. */
export function problemsOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap((outcome) => {
    const place = `${outcome.case.kind} ${outcome.case.name}:`;
    return [
      ...outcome.doubled.map((name) => `${place} doubled ${name}`),
      ...outcome.lost.map((name) => `${place} lost ${name}`),
      ...outcome.wrong.map((text) => `${place} ${text}`),
      ...(outcome.stuck === undefined ? [] : [`${place} stuck: ${outcome.stuck}`]),
    ];
  });
}
