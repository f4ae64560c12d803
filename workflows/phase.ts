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
import { bytesOf, READ_BYTES } from '../model/plan/limits.js';
import { stepsOf, type StepPlan } from '../model/plan/plan.js';
import type { PhaseResult, StepRecord, UndoEntry } from '../model/state/state.js';
import { outputsRead, recordsThatTravel } from '../model/state/travel.js';
import { stepFailed } from '../model/state/transitions.js';
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
  const steps = stepsOf(input.steps);
  const records = steps.map((step) => recordFor(step, input.resume));
  const undoRecords: StepRecord[] = [];
  const undos: UndoEntry[] = input.undos ?? [];
  let gates: GateResult[] = [];
  const show = () => setCurrentDetails(phaseBoard(input.title, [...undoRecords, ...records], gates));
  setHandler(stateQuery, () => ({ steps: [...undoRecords, ...records], gates }));
  show();

  const finish = (status: PhaseResult['status'], verdict: PhaseResult['verdict'], sentence: string): PhaseResult => {
    show();
    return {
      status,
      verdict,
      sentence,
      steps: recordsThatTravel([...undoRecords, ...records], (id) => steps.find((step) => step.id === id)?.reads),
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
  holdToRoom(input, step, records);
  show();
}

/** A result that the server could not take would end the phase without a word: the step that made it too large fails. */
function holdToRoom({ room, steps }: PhaseInput, step: StepPlan, records: readonly StepRecord[]): void {
  const record = recordOf(records, step);
  if (room === undefined || !record.outputs || step.reads?.length === 0) return;
  const reads = new Map(stepsOf(steps).map(({ id, reads: names }) => [id, names]));
  const read = records.map(({ id, outputs }) => (outputs ? bytesOf(outputsRead(outputs, reads.get(id))) : 0));
  const bytes = read.reduce((sum, one) => sum + one, 0);
  if (bytes <= room) return;
  const message = `With this step, the outputs that expressions read are too large: ${bytes} bytes in this phase, and at most ${room} are left of ${READ_BYTES}.`;
  stepFailed(record, 'failed', {
    code: 'EXPECTATION_FAILED',
    message,
    hint: 'Read a figure of it, not the whole: what no expression reads does not count.',
  });
  delete record.outputs;
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
