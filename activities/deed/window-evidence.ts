import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { StepResult, StepTask, WindowEvidence } from '../../model/state/contract.js';
import type { EventDraft } from '../../model/evidence/events.js';
import { canonicalJson, isJsonObject, type JsonObject } from '../../model/json.js';
import { type Trip, tripOf } from '../../model/judge/guard.js';
import {
  endOf,
  nominalDate,
  type SampleRecord,
  SAMPLES_FILE,
  SUMMARY_FILE,
  windowDays,
  windowFigures,
  windowOutcome,
  type WindowPlan,
  type WindowTally,
} from '../../model/judge/window.js';
import { windowSentence } from '../../model/judge/window-text.js';
import { sha256 } from '../../evidence/durable.js';
import { appendEvents, refuseSealed } from '../../evidence/write/log.js';
import { type FencedEvidence, openStepEvidence, stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';

/** Rows of the summary; the records have all. */
const ROWS = 1000;
/** What a reader looked at: of a good sample, nothing that people ask about. */
const ACCOUNT: ReadonlySet<string> = new Set(['looked', 'unreadable', 'leftOut']);

/** Logs the begin of a window; at its end makes its records evidence and sums them up. */
export async function windowEvidence({ task, kind, plan, tally }: WindowEvidence): Promise<StepResult> {
  const { phase, phaseAttempt, step, epoch, title, goLive } = task;
  const at = { phase, phaseAttempt, step, epoch, kind };
  const { info } = Context.current();
  const id = `${info.workflowExecution?.runId ?? ''}/${info.activityId}`;
  const log = (event: EventDraft) => appendEvents(goLive.evidenceDir, [event], { id, again: info.attempt > 1 });
  const inputs = sha256(canonicalJson(task.input));
  if (!tally) {
    await refuseSealed(goLive.evidenceDir);
    await mkdir(stepFolder(goLive.evidenceDir, task), { recursive: true });
    await log({
      type: 'step.started',
      ...at,
      title,
      attempt: 1,
      inputs,
      window: { ...plan },
    });
    return { outputs: {}, summary: 'begun', evidence: [] };
  }
  const evidence = await openStepEvidence(task, `${info.base64TaskToken}.close`);
  const records = await adoptSamples(evidence);
  await evidence.write(SUMMARY_FILE, summaryOf(task, plan, tally, records));
  const summary = windowSentence(plan, tally);
  const found = windowOutcome(plan, tally);
  const refs = evidence.refs();
  const bad = badEnd({ task, kind, plan, tally });
  if (bad) {
    const facts = { ...found, ...bad.facts };
    const evidences = refs.map((ref) => ({ ...ref }));
    await log({ type: 'step.failed', ...at, code: bad.code, message: bad.message, facts, inputs, evidence: evidences });
    throw new StepError(bad.code, bad.message, { facts, evidence: refs });
  }
  const outputs = { ...found, ...windowDays(plan, records) };
  const facts = { outputs, summary, evidence: refs.map((ref) => ({ ...ref })) };
  await log({ type: 'step.done', ...at, ...facts });
  return { outputs, summary, evidence: refs };
}

/** Why a window that is over fails its step: a guard that tripped, or a goal that nobody judges and that was not reached. */
function badEnd({ task, plan, tally }: Required<WindowEvidence>): Trip | undefined {
  const sentence = windowSentence(plan, tally);
  const trip = tripOf(task.guards, windowFigures(plan, tally));
  if (trip) return { ...trip, message: `${trip.message} ${sentence}` };
  if (!plan.mustReach || endOf(plan, tally) === 'reached') return undefined;
  return { code: 'EXPECTATION_FAILED', message: `The window did not reach its goal: ${sentence}` };
}

async function adoptSamples(evidence: FencedEvidence): Promise<SampleRecord[]> {
  // One that was stopped before its first sample has no records.
  await (await open(join(evidence.directory, SAMPLES_FILE), 'a')).close();
  await evidence.adopt(SAMPLES_FILE);
  const text = await readFile(join(evidence.directory, SAMPLES_FILE), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SampleRecord);
}

/** Of a path, its last two parts. */
const shortName = (name: string): string => name.split('/').slice(-2).join('/');

/** What a sample measured, for people: texts, numbers and truths, also of maps in it. */
function figuresOf(outputs: JsonObject, within = ''): string {
  return Object.entries(outputs)
    .filter(([name]) => within !== '' || !ACCOUNT.has(name))
    .flatMap(([name, value]) => {
      if (isJsonObject(value)) return within === '' ? figuresOf(value, `${name}.`) : [];
      return value === null || value === '' || Array.isArray(value)
        ? []
        : `${within}${shortName(name)} ${String(value)}`;
    })
    .filter((text) => text !== '')
    .join(', ');
}

function summaryOf(
  { goLive, title }: StepTask,
  plan: WindowPlan,
  tally: WindowTally,
  records: readonly SampleRecord[],
): string {
  const scale = goLive.timeScale > 1 ? `, time ×${goLive.timeScale}: an interval is a fraction of its name` : '';
  const rehearsal = goLive.mode === 'live' ? '' : ` · REHEARSAL${scale}`;
  const rows = records.slice(0, ROWS).map(({ n, due, at, outcome, why = '', outputs = {} }) => {
    const day = nominalDate(plan, Date.parse(records[0]?.due ?? due) - plan.everyMs / goLive.timeScale, n);
    const said = why === '' ? figuresOf(outputs) : why;
    return `| ${n} | ${day} | ${due} | ${at ?? '–'} | ${outcome} | ${said.replace(/[|\r\n]/g, ' ').slice(0, 300)} |`;
  });
  const more = records.length > ROWS ? [`\n${records.length - ROWS} more in ${SAMPLES_FILE}.`] : [];
  return [
    `# ${title}`,
    '',
    `${goLive.id} · ${goLive.mode}${rehearsal}`,
    '',
    windowSentence(plan, tally),
    '',
    `Good is: \`${plan.green}\`.`,
    '',
    '| # | day | due | taken | outcome | what was seen |',
    '|---|---|---|---|---|---|',
    ...rows,
    ...more,
    '',
  ].join('\n');
}
