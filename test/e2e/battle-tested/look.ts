import { expect } from '@jest/globals';
import { type GatewayBundle, type GatewayRecord, gatesTrippedBy, includedFiles } from './bundle.js';

const FINAL = 'battle_tested_FINAL.md';
const REPORT = 'battle_tested_REPORT.md';
const SAMPLES = 'window_samples.jsonl';
/** As the requirement names them, and the counts and samples beside them. */
const NAMES = [
  'STATS.json',
  'incident_log.md',
  'live_rollback_REPORT.md',
  'auto_approve_EVIDENCE.md',
  SAMPLES,
  'window_SUMMARY.md',
  REPORT,
  FINAL,
];

/** Seven days in all, with the errors on the third, the rollback on the fourth and the approvals on the fifth of them. */
export function looksAtDays(bundle: GatewayBundle): void {
  const onDays = {
    window: bundle.dayOf('stability', 'days'),
    errors: ['zone', 'path', 'yaml'].map((step) => bundle.dayOf('incidents', step)),
    rollback: bundle.dayOf('rollback', 'order'),
    approvals: ['good1', 'good2', 'near-actor'].map((step) => bundle.dayOf('auto-approval', step)),
  };
  expect(onDays).toEqual({ window: 1, errors: [3, 3, 3], rollback: 4, approvals: [5, 5, 5] });
  // The sign-off comes after seven days; one after the other, days and window would be four more.
  expect(bundle.dayOf('sign-off', 'total')).toBeGreaterThanOrEqual(8);
  expect(bundle.days()).toBeGreaterThan(7);
  expect(bundle.days()).toBeLessThan(11);
}

const distinct = (records: readonly GatewayRecord[]): number => new Set(records.map(({ id }) => id)).size;

/** Each count of the final report, as the gateway's own records have it. */
export function looksAtCounts(bundle: GatewayBundle): void {
  const told = bundle.records('telemetry', 'total');
  const of = (event: string, lane?: string): number =>
    distinct(told.filter((one) => one.event === event && (lane === undefined || one.lane === lane)));
  const byPolicy = distinct(told.filter(({ event, decision }) => event === 'decision' && decision?.by === 'policy'));
  const restored = distinct(bundle.records('audit', 'exercised').filter(({ event }) => event === 'rollback_ok'));
  const [operations, errors] = [of('processed'), of('error')];
  const counts = {
    operations,
    strict: of('processed', 'strict'),
    local: of('processed', 'local'),
    rejected: of('rejected'),
    errors,
    restored,
    byPolicy,
  };
  expect(operations).toBeGreaterThanOrEqual(30);
  const inFinal = (title: string): string | undefined => gateCell(bundle, title, 2);
  expect({
    operations: inFinal('Operations that telemetry tells'),
    strict: inFinal('Of the strict lane that telemetry tells'),
    local: inFinal('Of the local lane that telemetry tells'),
    rejected: inFinal('Rejected orders that telemetry tells'),
    errors: inFinal('Errors that telemetry tells, the three injected ones among them'),
    restored: inFinal('Rollback exercises that restored'),
    byPolicy: inFinal('Approvals by policy that telemetry tells'),
  }).toEqual(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])));
  expect(gateCell(bundle, 'Error rate of the week', 7)).toContain(`(${errors} of ${operations + errors})`);
  expect(inFinal('Error rate of the week')).toBe(String(Number((errors / (operations + errors)).toFixed(3))));
  const inReport = (title: string): string | undefined => bundle.cell(REPORT, title);
  expect({
    operations: inReport('operations'),
    strict: inReport('of them in the strict lane'),
    local: inReport('of them in the local lane'),
    rejected: inReport('rejected'),
    errors: inReport('errors; three were injected on the third day'),
    restored: inReport('rollback exercises of the gateway that restored'),
    byPolicy: inReport('approvals by policy'),
  }).toEqual(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])));
  // What the go-live itself took back is told apart from what it exercised.
  expect(bundle.text(FINAL)).toMatch(/^## Rollbacks\n\nNone was needed\.$/m);
}

/** A gate's row has a verdict behind its name; the checklist's has not. */
function gateCell(bundle: GatewayBundle, title: string, column: number): string | undefined {
  return bundle.rows(FINAL).find(([first, verdict]) => first === title && verdict === 'GO')?.[column];
}

/** The first and the last day of the window, as its files are called. */
export function looksAtWindowDays(bundle: GatewayBundle): void {
  const days = bundle.dayFiles().map((path) => /monitor_daily_(\d{4}-\d\d-\d\d)\.json$/.exec(path)?.[1] ?? path);
  const [first = '', ...others] = days;
  expect(others).toEqual(
    [1, 2, 3, 4, 5, 6].map((n) => new Date(Date.parse(first) + n * 86_400_000).toISOString().slice(0, 10)),
  );
  // A sample closes its day: the first is due a day after the start.
  expect(Date.parse(first) - Date.parse(bundle.state().startedAt.slice(0, 10))).toBe(86_400_000);
  const row = bundle.rows(FINAL).find(([what]) => what?.startsWith('The stability window'));
  expect(row?.slice(1)).toEqual([first, others.at(-1)]);
  expect(bundle.cell(REPORT, 'first day of the window')).toBe(first);
  expect(bundle.cell(REPORT, 'last day of the window')).toBe(others.at(-1));
}

/** Each order of the approvals with its path, its decider and the condition that does not hold, as telemetry tells. */
export function looksAtDecisions(bundle: GatewayBundle): void {
  const told = bundle
    .records('telemetry', 'total')
    .filter(({ id, event }) => event === 'decision' && /^(auto|near)-/.test(id))
    .map(({ id, paths, decision }) => [
      id,
      paths?.[0],
      decision?.failed[0] ?? 'nothing',
      `${decision?.by}, rule ${decision?.rule}`,
    ]);
  const rows = bundle.rows('auto_approve_EVIDENCE.md').filter(([id = '']) => /^(auto|near)-\d*[a-z]*-/.test(id));
  const inLines = (all: (string | undefined)[][]): string[] => all.map((row) => row.join(' | ')).toSorted();
  expect(inLines(rows)).toEqual(inLines(told));
  expect(rows.map(([, , condition, by]) => `${condition}: ${by?.split(',')[0]}`).toSorted()).toEqual([
    'actor: nobody',
    'nothing: policy',
    'nothing: policy',
    'path: nobody',
    'pattern: nobody',
    'rollback: nobody',
  ]);
}

/** Whatever page somebody is sent says that it is of a rehearsal. */
export function looksForRehearsal(bundle: GatewayBundle): void {
  expect(includedFiles().toSorted()).toEqual(NAMES.toSorted());
  for (const file of [...includedFiles(), ...bundle.dayFiles()]) {
    const text = bundle.text(file);
    if (file.endsWith('.md')) expect([file, text]).toEqual([file, expect.stringContaining('REHEARSAL')]);
    else {
      const records = file.endsWith('.jsonl') ? text.trimEnd().split('\n') : [text];
      for (const record of records)
        expect([file, JSON.parse(record)]).toEqual([file, expect.objectContaining({ rehearsal: true })]);
    }
  }
}

/** The gates that a fault is said to trip did not hold, and said so by a value of their own. */
export function looksAtTrippedGates(bundle: GatewayBundle, fault: string): void {
  const { phases } = bundle.state();
  const gates = new Map(phases.flatMap(({ id, gates: all }) => all.map((gate) => [`${id}.${gate.id}`, gate.verdict])));
  const tripped = gatesTrippedBy(fault);
  expect(tripped.map((gate) => [gate, gates.get(gate)])).toEqual(tripped.map((gate) => [gate, 'no-go']));
}
