import { stringify } from 'csv-stringify/sync';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { largest } from '../../model/largest.js';
import type { StepContext } from '../../activities/step/step.js';
import type { Case } from './manifest.js';
import { type CaseResult, metricsOf } from './metrics.js';
import { VERDICT_CLASSES } from './verdict-class.js';

const LONGEST_TOLD = 500;

const csv = (rows: (string | number)[][]): string => stringify(rows, { escape_formulas: true });

/** Which run a row is of: joined with those of other runs and attempts it must still say so. */
export function ofRun({ phase, step, phaseAttempt }: StepContext['task']): { run: string; attempt: number } {
  return { run: `${phase}.${step}`, attempt: phaseAttempt };
}

/** Writes what a run leaves besides its results; `complete` is false when it was stopped. */
export async function writeLeaves(
  { evidence, task }: StepContext,
  cases: readonly Case[],
  results: readonly CaseResult[],
  complete: boolean,
): Promise<EvidenceRef[]> {
  const metrics = metricsOf(cases, results);
  const of = ofRun(task);
  const { run, attempt } = of;
  const blocked = results.filter((result) => result.verdict === 'blocked');
  const failed = results.filter((result) => result.verdict !== result.expected);
  const limited = results.filter((result) => result.retries429 > 0 || result.exhausted429);
  const rates = {
    complete,
    cases: cases.length,
    casesLimited: limited.length,
    retries429: metrics.retries429 ?? null,
    exhausted429: metrics.exhausted429 ?? null,
    mostRetriesOfACase: largest(results.map((result) => result.retries429)) ?? 0,
    limited: limited.map(({ id, retries429, exhausted429, ms }) => ({ id, retries429, exhausted429, ms })),
  };
  return [
    await evidence.write('metrics.json', json({ complete, ...metrics })),
    await evidence.write(
      'confusion_matrix.csv',
      csv([
        ['run', 'attempt', 'expected \\ got', ...VERDICT_CLASSES],
        ...VERDICT_CLASSES.map((expected) => [
          run,
          attempt,
          expected,
          ...VERDICT_CLASSES.map((got) => metrics.confusion[`${expected}>${got}`] ?? 0),
        ]),
      ]),
    ),
    await evidence.write('failed_cases.csv', failedCsv(of, failed)),
    await evidence.write('rate_limit_stats.json', json({ run, attempt, ...rates })),
    await evidence.write('blocked_cases.csv', blockedCsv(of, blocked)),
  ];
}

type Of = ReturnType<typeof ofRun>;

function failedCsv({ run, attempt }: Of, failed: readonly CaseResult[]): string {
  const header = [
    'run',
    'attempt',
    'id',
    'scenario',
    'expected',
    'got',
    'status',
    'retries429',
    'issues',
    'error',
    'at',
  ];
  const rows = failed.map((r) => [
    run,
    attempt,
    r.id,
    r.scenario,
    r.expected,
    r.verdict ?? 'not comparable',
    r.untold?.includes('status') ? '' : r.status,
    r.untold?.includes('retries') ? '' : r.retries429,
    r.issues.join(' '),
    r.error ?? '',
    r.at,
  ]);
  return csv([header, ...rows]);
}

/** The raw fields by which people find out why a case was blocked. */
function blockedCsv({ run, attempt }: Of, blocked: readonly CaseResult[]): string {
  const told = ['structured keys', 'extraction', 'severities', 'LC seen', 'documents seen'];
  const rows = blocked.map((r) => [
    run,
    attempt,
    r.id,
    r.expected,
    r.structuredKeys.join(' '),
    toldText(r.extraction),
    r.severities.join(' '),
    toldText(r.lcDetected),
    toldText(r.documentsPresent),
  ]);
  return csv([['run', 'attempt', 'id', 'expected', ...told], ...rows]);
}

/** What an answer told besides its verdict; `not told` is not no. */
function toldText(value: unknown): string {
  return value === undefined ? 'not told' : JSON.stringify(value).slice(0, LONGEST_TOLD);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
