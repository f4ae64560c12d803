import { type Plan, type StepPlan, stepsOf } from './plan.js';

/**
 * What a Temporal server takes by default, in one payload and in one history: `limit.blobSize.error` and
 * `limit.historySize.error` of its dynamic configuration. A tenth is left for what a plan does not say. The third limit,
 * 51,200 events, needs no look: the most steps that a runbook may have make about a quarter of them.
 */
const PAYLOAD_BYTES = 2 * 1024 * 1024 * 0.9;
const HISTORY_BYTES = 50 * 1024 * 1024 * 0.9;

/** Bytes that the outputs which expressions read may be in one go-live; each step's are at most 32 KiB. */
export const READ_BYTES = 512 * 1024;

/** Bytes of the record of a step and of a gate as measured, with their sentence, and of the undo that a step promised. */
const RECORD_BYTES = 500;
const GATE_BYTES = 400;
const UNDO_BYTES = 250;
/** Of a phase's task to an activity, besides what the plan says, and of its answer. */
const CALL_BYTES = 2000;

/** Whether a step promises an undo before its deed. */
export const promisesUndo = (step: Pick<StepPlan, 'undo' | 'ownUndo'>): boolean =>
  step.undo ? step.undo.length > 0 : step.ownUndo;

export interface TooLarge {
  message: string;
  hint: string;
}

/** UTF-8 bytes of a value as JSON. */
export function bytesOf(value: unknown): number {
  const text = JSON.stringify(value) ?? '';
  let bytes = text.length;
  // Beyond ASCII a unit of UTF-16 takes two bytes, or three, or, of a pair, two each.
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Why a plan does not fit into what the server takes, with the number and what to do; nothing when it fits. */
export function tooLarge(plan: Plan): TooLarge | undefined {
  return tooMuchAtOnce(plan) ?? tooLargeHistory(plan);
}

const large = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const HINT = 'Split the runbook into several, each with a go-live of its own.';

/** A go-live that goes on in a new execution carries its plan and all its results in one payload. */
function tooMuchAtOnce(plan: Plan): TooLarge | undefined {
  const steps = plan.phases.flatMap((phase) => stepsOf(phase.steps));
  const gates = plan.phases.flatMap((phase) => phase.gates).length;
  const results = steps.length * RECORD_BYTES + gates * GATE_BYTES + steps.filter(promisesUndo).length * UNDO_BYTES;
  const own = bytesOf(plan);
  if (own + results <= PAYLOAD_BYTES) return undefined;
  return {
    message:
      `The plan is too large: with the results of ${steps.length} steps and ${gates} gates it comes to about ` +
      `${large(own + results)}, and the server takes ${large(PAYLOAD_BYTES)} at once.`,
    hint: gates > steps.length ? `A gate over \`each\` counts once for each of its steps. ${HINT}` : HINT,
  };
}

/** The history of a phase has the input and the outcome of each step; one of a rollback those of each undo. */
function tooLargeHistory(plan: Plan): TooLarge | undefined {
  // What every step's task says of the go-live: above all the files that the plan pins.
  const common = bytesOf([plan.network, plan.commands ?? [], plan.folders, plan.files]) + CALL_BYTES;
  for (const { title, steps: nodes } of [...plan.phases, ...Object.values(plan.rollbacks)]) {
    const steps = stepsOf(nodes);
    const bytes = steps.length * common + 2 * bytesOf(nodes);
    if (bytes > HISTORY_BYTES) {
      const message = `"${title}" is too large: its ${steps.length} steps make a history of about ${large(bytes)}, and the server takes ${large(HISTORY_BYTES)}.`;
      return { message, hint: 'Split it into several phases, or pin fewer files.' };
    }
  }
  return undefined;
}
