import { join } from 'node:path';
import { overallVerdict } from '../../model/state/decision.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';
import { type BegunStep, type JudgedAttempt, type Recomputed, recompute } from '../../model/judge/recompute.js';
import { addressText, asId } from '../../model/plan/address.js';
import type { SealPredicate } from '../../model/evidence/seal.js';
import { outputsShown } from '../../model/state/travel.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import { phaseVerdict } from '../../model/judge/gate.js';
import { mayGoOn } from '../../model/verdict.js';
import { sha256 } from '../hash.js';
import { type Bag, hiddenBy } from './bag.js';
import { checkDecisions } from './decisions.js';
import type { Findings } from './finding.js';
import { checkFigures, type FromRaw } from './figures.js';
import { checkGates, claimed } from './gates.js';
import { checkNeeds } from './needs.js';
import { checkPolicies } from './policies.js';
import { MOST, readAtMost } from './read.js';
import type { Record } from './record.js';
import { checkStanding } from './standing.js';
import { strictJson, strictText } from './strict.js';

/** Reads plan and state, and checks that they, the runbook, the log's begin and the seal speak of the same go-live. */
export async function readRecord(
  bag: Bag,
  seal: SealPredicate | undefined,
  events: readonly LoggedEvent[],
  findings: Findings,
): Promise<Record | undefined> {
  let record: Record | undefined;
  await findings.group('plan, runbook and state', () => {
    const started = readJson(bag, 'data/plan.json', isPlanFile, findings) as
      | { plan: Plan; digest: string; startedBy: string }
      | undefined;
    const state = readJson(bag, 'data/state.json', isStateFile, findings) as GoLiveState | undefined;
    if (!started || !state) return { count: 0, absent: true };
    const { plan, digest, startedBy } = started;
    const differ = (item: string, what: string) => findings.add('policy', item, what);
    if (sha256(canonicalJson(plan)) !== digest) differ('data/plan.json', 'is not the plan that its digest names');
    if (state.planDigest !== digest) differ('data/state.json', 'names another plan');
    if (state.startedBy !== startedBy) differ('data/state.json', 'names another starter');
    if (state.timeScale !== plan.timeScale) differ('data/state.json', 'says another time scale than the plan');
    if (state.target !== plan.target.id || state.change !== plan.change)
      differ('data/state.json', 'says another target or change than the plan');
    if (state.id !== plan.goLiveId || state.mode !== plan.mode) differ('data/state.json', 'is of another go-live');
    const runbook = bag.payload.get('data/runbook.yaml');
    if (runbook !== undefined && runbook !== plan.runbook.sha256) differ('data/runbook.yaml', 'is not the planned one');
    checkStarts({ plan, startedBy, state }, events, findings);
    if (seal) {
      const said = {
        goLive: state.id,
        plan: digest,
        mode: state.mode,
        verdict: state.verdict,
        startedBy,
        runbook: plan.runbook.sha256,
        approvals: state.signing?.level ?? 'declared',
      };
      for (const [name, value] of Object.entries(said)) {
        if (seal[name as keyof SealPredicate] !== value)
          differ('seal.dsse.json', `says another ${name} than data/state.json`);
      }
    }
    record = { plan, startedBy, state };
    return { count: 3, note: `plan ${digest.slice(0, 12)}` };
  });
  return record;
}

/** The log's own word on what was started: every begin of it, since one that was broken off may have begun again. */
function checkStarts({ plan, startedBy, state }: Record, events: readonly LoggedEvent[], findings: Findings): void {
  const starts = eventsOf(events, 'go-live.started');
  if (starts.length === 0) findings.add('policy', 'data/events.jsonl', 'does not say that the go-live began');
  const stands = { plan: state.planDigest, runbook: plan.runbook.sha256, by: startedBy, mode: plan.mode };
  for (const start of starts) {
    for (const name of ['plan', 'runbook', 'by', 'mode'] as const)
      if (start[name] !== stands[name])
        findings.add('policy', `event ${start.seq}`, `says another ${name} than plan and state`);
  }
}

/** As much of their shape as is used before the digests are compared: a key holder may seal any JSON. */
const isPlanFile = ({ plan }: JsonObject): boolean =>
  isJsonObject(plan) && Array.isArray(plan.phases) && isJsonObject(plan.runbook);
const isStateFile = ({ phases, approvals }: JsonObject): boolean => Array.isArray(phases) && Array.isArray(approvals);

/** One record of the bundle; what is not JSON as golive writes it, or holds something else, is a finding. */
function readJson(
  bag: Bag,
  path: string,
  holds: (value: JsonObject) => boolean,
  findings: Findings,
): JsonObject | undefined {
  if (!bag.payload.has(path)) {
    if (hiddenBy(bag, path) === undefined) findings.add('incomplete', path, 'is not there');
    return undefined;
  }
  const bytes = findings.reading(path, () => readAtMost(join(bag.root, path), MOST.record));
  if (bytes === undefined) return undefined;
  const text = strictText(bytes);
  const value = text?.endsWith('\n') ? strictJson(text.slice(0, -1), 2) : undefined;
  if (isJsonObject(value) && holds(value)) return value;
  findings.add('altered', path, 'is not JSON as golive writes it');
  return undefined;
}

/** Judges everything again: inputs, outputs from raw records, gates, phases, decisions, verdict. */
export async function checkJudgement(
  bag: Bag,
  record: Record,
  events: readonly LoggedEvent[],
  fromRaw: FromRaw,
  findings: Findings,
): Promise<Recomputed> {
  const { plan, state } = record;
  let again: Recomputed = { attempts: [], policies: [], begun: [] };
  await findings.group('inputs of steps against the plan', () => {
    again = recompute(plan, state.startedAt, events);
    return checkInputs(again.begun, findings);
  });
  if (again.policies.length > 0 || state.approvals.some(({ policy }) => policy))
    await findings.group('rules that approve, judged again', () => checkPolicies(again, plan, state, findings));
  await findings.group('figures from the raw records', () =>
    checkFigures(bag, again, fromRaw, findings, plan.timeScale),
  );
  await findings.group('outputs of steps against the log', () => checkOutputs(again, state, findings));
  await findings.group('gates, judged again', () => checkGates(again, record, events, findings));
  await findings.group('phases, decisions and verdict', () => checkVerdict(again, record, events, findings));
  return again;
}

function checkInputs(begun: readonly BegunStep[], findings: Findings): { count: number } {
  for (const { input, logged, phase, plan, seq } of begun) {
    const address = addressText({ phase: asId(phase), part: plan.id });
    if (input === undefined)
      findings.add('policy', `event ${seq}`, `${address}: its input cannot be had from the plan`);
    else if (sha256(canonicalJson(input)) !== logged) {
      findings.add('policy', `event ${seq}`, `${address} ran with another input than the plan gives it`);
    }
  }
  return { count: begun.length };
}

/** What pages show of a step is what the log says that it gave. */
function checkOutputs(again: Recomputed, state: GoLiveState, findings: Findings): { count: number } {
  let count = 0;
  for (const judged of again.attempts) {
    for (const { id, outputs } of claimed(state, judged)?.steps ?? []) {
      const logged = judged.steps[id];
      if (outputs === undefined || logged === undefined) continue;
      count += 1;
      // Of what is long the state has what people are shown; of many records it has less.
      const allowed = [logged, outputsShown(logged)];
      const differs = ([name, value]: [string, Json]): boolean =>
        !allowed.some((one) => one[name] !== undefined && canonicalJson(one[name]) === canonicalJson(value));
      if (Object.entries(outputs).some(differs))
        findings.add('policy', addressText({ phase: asId(judged.phase), part: id }), 'gave other outputs by the log');
    }
  }
  return { count };
}

function checkVerdict(again: Recomputed, { plan, state }: Record, events: readonly LoggedEvent[], findings: Findings) {
  checkStanding(plan, state, events, findings);
  checkNeeds(plan, events, findings);
  for (const phase of state.phases) {
    if (phase.status !== 'passed') continue;
    const judged = again.attempts.findLast((one) => one.phase === phase.id && one.attempt === phase.attempt);
    if (!judged) findings.add('policy', phase.id, 'passed by the state, and the log does not say so');
    else checkPassed(plan, phase.id, phase.steps, judged, state, findings);
  }
  checkDecisions(plan, state, events, findings);
  const verdict = overallVerdict(state);
  if (state.verdict !== verdict)
    findings.add('policy', 'verdict', `is ${state.verdict ?? 'none'}, and judged again it is ${verdict}`);
  const logged = eventsOf(events, 'verdict').at(-1);
  if (logged?.verdict !== state.verdict) findings.add('policy', 'verdict', 'is not the one in the event log');
  return { count: state.phases.length + plan.decisions.length + 1, note: state.verdict ?? 'none' };
}

function checkPassed(
  plan: Plan,
  id: string,
  records: readonly StepRecord[],
  judged: JudgedAttempt,
  state: GoLiveState,
  findings: Findings,
): void {
  const phase = plan.phases.find((candidate) => candidate.id === id);
  const told = claimed(state, judged);
  const gates = told?.gates ?? [];
  const standing = gates.length > 0 ? phaseVerdict(gates) : judged.verdict;
  if (gates.length !== judged.gates.length || !mayGoOn(standing))
    findings.add('policy', id, 'passed, and its gates do not let it');
  for (const step of stepsOf(phase?.steps ?? [])) {
    const status = records.find((record) => record.id === step.id)?.status;
    const address = addressText({ phase: asId(id), part: step.id });
    const byPerson = state.operator.some(({ about, choice }) => choice === 'done' && about === address);
    if (status === 'done' && !byPerson && judged.steps[step.id] === undefined)
      findings.add('policy', address, 'is done by the state, and the log does not say so');
    const allowed = status === 'done' || status === 'skipped' || (status === 'failed' && step.onFail === 'continue');
    if (!allowed) findings.add('policy', address, `is ${status ?? 'absent'}, and its phase passed`);
  }
}
