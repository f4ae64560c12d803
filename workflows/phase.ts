import {
  CancellationScope,
  isCancellation,
  defineQuery,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { phaseBoard } from '../model/state/board.js';
import { buildContext, type ExpressionContext } from '../model/expression/expression.js';
import { gatesSentence, judgeGate, phaseVerdict, type GateResult } from '../model/judge/gate.js';
import type { JsonObject } from '../model/json.js';
import { stepsOf, type StepPlan } from '../model/plan/plan.js';
import type { PhaseResult, StepRecord, UndoEntry } from '../model/state/state.js';
import { mayGoOn } from '../model/verdict.js';
import type { PhaseInput } from './inputs.js';
import { takeStep } from './step.js';
import { neverStuck, strayMessage } from './stray.js';
import { takeUndos } from './undo.js';

const stateQuery = defineQuery<{ steps: StepRecord[]; gates: GateResult[] }>('state');
const now = () => new Date().toISOString();

/**
 * Runs the steps of one phase in order, then judges its gates. It asks nobody: a step that needs a person ends it
 * with `asks`, and the parent starts it again from that step with the records so far.
 */
export function phase(input: PhaseInput): Promise<PhaseResult> {
  return neverStuck(() => takeSteps(input));
}

async function takeSteps(input: PhaseInput): Promise<PhaseResult> {
  const startedAt = now();
  const records = stepsOf(input.steps).map((step) => recordFor(step, input.resume));
  const undoRecords: StepRecord[] = [];
  const undos: UndoEntry[] = input.undos ?? [];
  let gates: GateResult[] = [];
  const show = () => setCurrentDetails(phaseBoard(input.title, [...undoRecords, ...records], gates));
  setHandler(stateQuery, () => ({ steps: [...undoRecords, ...records], gates }));
  show();

  const finish = (status: PhaseResult['status'], verdict: PhaseResult['verdict'], sentence: string): PhaseResult => {
    show();
    const steps = [...undoRecords, ...records];
    return {
      status,
      verdict,
      sentence,
      steps,
      gates,
      undos,
      startedAt,
      endedAt: now(),
      events: workflowInfo().historyLength,
    };
  };

  if (input.undos) await CancellationScope.nonCancellable(() => takeUndos(input, undos, undoRecords, show));
  try {
    for (const node of input.steps) {
      const group = 'parallel' in node ? node.parallel : [node];
      const context = contextOf(input, records);
      await Promise.all(group.map((step) => take(input, step, records, context, (entry) => undos.push(entry), show)));
      const failed = group
        .map((step) => ({ step, record: recordOf(records, step) }))
        .filter(({ record }) => record.status === 'failed');
      const blocking = failed.find(({ step }) => step.onFail !== 'continue');
      if (blocking && !input.bestEffort) {
        const lost = failed.some(
          ({ step, record }) => record.failure?.code === 'OUTCOME_UNKNOWN' && step.onFail !== 'continue',
        );
        return finish(blocking.step.onFail === 'ask' || lost ? 'asks' : 'failed', 'no-go', sentenceOf(blocking.record));
      }
    }
    const broken = [...undoRecords, ...records].filter(
      (record) => record.status === 'failed' || record.status === 'undo-failed',
    );
    if (input.bestEffort && broken[0])
      return finish('failed', 'no-go', `${broken.length} of its steps failed. ${sentenceOf(broken[0])}`);
    gates = input.gates.map((gate) => judgeGate(gate, contextOf(input, records, gate.it)));
    const verdict = phaseVerdict(gates);
    return finish(
      mayGoOn(verdict) ? 'passed' : 'failed',
      verdict,
      gates.length > 0 ? gatesSentence(gates) : doneSentence(records),
    );
  } catch (error) {
    if (isCancellation(error)) return finish('cancelled', 'inconclusive', 'It was stopped on request.');
    const stray = strayMessage(error);
    if (stray === undefined) throw error;
    return finish('failed', 'no-go', `It ended by an error of golive's own: ${stray}`);
  }
}

async function take(
  input: PhaseInput,
  step: StepPlan,
  records: StepRecord[],
  context: ExpressionContext,
  register: (entry: UndoEntry) => void,
  show: () => void,
): Promise<void> {
  const record = recordOf(records, step);
  if (record.status === 'done' || record.status === 'skipped') return;
  const pending = takeStep(input, step, record, context, register, now);
  show();
  await pending;
  show();
}

function recordFor(step: StepPlan, resume?: readonly StepRecord[]): StepRecord {
  const earlier = resume?.find((record) => record.id === step.id);
  if (earlier)
    return earlier.status === 'done' || earlier.status === 'skipped' ? earlier : { ...earlier, status: 'pending' };
  return { id: step.id, title: step.title, uses: step.uses, status: 'pending', epoch: 0 };
}

function recordOf(records: readonly StepRecord[], step: StepPlan): StepRecord {
  const record = records.find((candidate) => candidate.id === step.id);
  if (!record) throw new Error(`no record of step '${step.id}'`);
  return record;
}

function contextOf(input: PhaseInput, records: readonly StepRecord[], it?: string): ExpressionContext {
  const steps: Record<string, JsonObject> = {};
  for (const record of records) if (record.outputs) steps[record.id] = record.outputs;
  return buildContext({ ...input.values, steps, ...(it === undefined ? {} : { it: steps[it] }) });
}

function sentenceOf(record: StepRecord): string {
  return `${record.title}: ${record.failure?.message ?? 'failed'}`;
}

function doneSentence(records: readonly StepRecord[]): string {
  if (records.length === 0) return 'It has no steps.';
  const skipped = records.filter((record) => record.status === 'skipped').length;
  const failed = records.filter((record) => record.status === 'failed').length;
  const done = records.length - skipped - failed;
  return `${done} of ${records.length} steps done${skipped ? `, ${skipped} skipped` : ''}${failed ? `, ${failed} failed and not needed` : ''}.`;
}
