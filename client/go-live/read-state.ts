import { ApplicationFailure, type LoadedDataConverter, type Payload } from '@temporalio/common';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { NOT_STARTED, type StepProgress } from '../../model/state/contract.js';
import type { FailureCode } from '../../model/failure.js';
import { QUERY_STATE } from '../../model/people/message.js';
import { withoutPending } from '../../model/state/initial-state.js';
import { QUERY_WINDOW, slotsOf, type WindowView } from '../../model/judge/window.js';
import { windowSentence } from '../../model/judge/window-text.js';
import type { GoLiveState, PhaseState, StepRecord } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import { CliError, messageOf } from '../errors.js';
import type { Found } from './find.js';
import type { LiveStep, View } from '../render/view.js';

/** How long a query may take; a worker that is busy answers in milliseconds, one that is gone never. */
const QUERY_MS = 5000;

const soon = (): number => Date.now() + QUERY_MS;

/**
 * The state of a go-live with what its running phase knows at this moment.
 * @throws whatever the server or the worker throws; callers try again
 */
export async function readView(client: Client, found: Pick<Found, 'target' | 'runId'>): Promise<View> {
  const state = await readState(client, found.target, found.runId);
  if (state.endedAt !== undefined) return { state, live: [] };
  const live = await Promise.all(runningChildren(state).map((child) => readChild(client, child)));
  return { state, live: live.flat() };
}

async function readChild(client: Client, { of, workflowId, apply }: Child): Promise<LiveStep[]> {
  try {
    const [inside, live] = await Promise.all([readPhase(client, workflowId), readLive(client, workflowId)]);
    apply(inside);
    const windows = await Promise.all(inside.steps.map((step) => readWindow(client, step)));
    return [...assign(live, inside.steps), ...windows.flatMap((one) => one ?? [])].map((step) => ({ ...step, of }));
  } catch {
    // It may not have begun, or just have ended: the parent's word stands.
    return [];
  }
}

/** The state of the execution, or of the one that goes on for it. */
async function readState(client: Client, target: string, runId: string): Promise<GoLiveState> {
  const ask = async (run?: string): Promise<GoLiveState> =>
    withoutPending(
      await client.withDeadline(soon(), () => client.workflow.getHandle(target, run).query<GoLiveState>(QUERY_STATE)),
    );
  const state = await ask(runId);
  if (!state.continued) return state;
  const newest = await ask();
  // A later go-live of the same target is not what was asked for.
  return newest.id === state.id ? newest : state;
}

interface Child {
  /** Id of the phase or rollback. */
  of: string;
  workflowId: string;
  apply(inside: PhaseInside): void;
}
interface PhaseInside {
  steps: StepRecord[];
  gates: GateResult[];
}

/** The executions that act now: the running rollback, else the running phases. */
function runningChildren(state: GoLiveState): Child[] {
  const index = state.rollbacks.findIndex((rollback) => rollback.status === 'running');
  const rollback = state.rollbacks[index];
  if (rollback !== undefined) {
    const apply = ({ steps }: PhaseInside): void => void (rollback.steps = steps);
    return [{ of: rollback.id, workflowId: `${state.id}/rollback-${rollback.id}.${index + 1}`, apply }];
  }
  return state.phases.flatMap((phase) => {
    const { id: of, status, workflowId } = phase;
    if (status !== 'running' || workflowId === undefined) return [];
    return [{ of, workflowId, apply: (inside: PhaseInside): void => applyTo(phase, inside) }];
  });
}

function applyTo(phase: PhaseState, { steps, gates }: PhaseInside): void {
  phase.steps = steps;
  phase.gates = gates;
}

/** How far the window of a running step has come. */
async function readWindow(client: Client, { id, status, window }: StepRecord): Promise<LiveStep | undefined> {
  if (window === undefined || status !== 'running') return undefined;
  try {
    const handle = client.workflow.getHandle(window);
    const { plan, tally, nextDue } = await client.withDeadline(soon(), () => handle.query<WindowView>(QUERY_WINDOW));
    const next = nextDue === null ? '' : ` Next ${nextDue.slice(0, 19).replace('T', ' ')} UTC.`;
    const text = `${windowSentence(plan, tally)}${next}`;
    const { consecutive } = plan;
    return {
      step: id,
      attempt: 1,
      progress: { done: consecutive ? tally.streak : tally.slots, total: consecutive ?? slotsOf(plan), text },
      lastFailure: undefined,
    };
  } catch {
    // It may not have begun, or just have ended.
    return undefined;
  }
}

function readPhase(client: Client, workflowId: string): Promise<PhaseInside> {
  const handle = client.workflow.getHandle(workflowId);
  return client.withDeadline(soon(), () => handle.query<PhaseInside>(QUERY_STATE));
}

interface PendingActivity extends Omit<LiveStep, 'step'> {
  kind: string;
  /** Position in the workflow's history: activities are numbered as they are begun. */
  order: number;
}

async function readLive(client: Client, workflowId: string): Promise<PendingActivity[]> {
  const { raw } = await client.withDeadline(soon(), () => client.workflow.getHandle(workflowId).describe());
  const converter = client.options.loadedDataConverter;
  return Promise.all(
    (raw.pendingActivities ?? []).map(async (activity) => {
      const beats = activity.heartbeatDetails?.payloads ?? [];
      const progress = (await Promise.all(beats.map((payload) => progressOf(converter, payload)))).find(Boolean);
      const lastFailure = activity.lastFailure?.message;
      return {
        kind: activity.activityType?.name ?? '',
        order: Number(activity.activityId ?? 0),
        attempt: activity.attempt ?? 1,
        ...(progress === undefined ? {} : { progress }),
        ...(lastFailure ? { lastFailure } : {}),
      };
    }),
  );
}

async function progressOf(converter: LoadedDataConverter, payload: Payload): Promise<StepProgress | undefined> {
  try {
    let decoded = payload;
    for (const codec of converter.payloadCodecs.toReversed()) [decoded = payload] = await codec.decode([decoded]);
    const value: unknown = converter.payloadConverter.fromPayload(decoded);
    if (typeof value !== 'object' || value === null) return undefined;
    const inner: unknown = 'progress' in value ? value.progress : value;
    return isProgress(inner) ? inner : undefined;
  } catch {
    return undefined;
  }
}

function isProgress(value: unknown): value is StepProgress {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}

/** Pending activities name their kind only: the n-th of a kind belongs to the n-th running step of that kind. */
function assign(pending: readonly PendingActivity[], steps: readonly StepRecord[]): LiveStep[] {
  const left = pending.toSorted((a, b) => a.order - b.order);
  return steps
    .filter((step) => step.status === 'running')
    .flatMap((step) => {
      const at = left.findIndex((activity) => step.uses.split(', ').includes(activity.kind));
      const [activity] = at === -1 ? [] : left.splice(at, 1);
      if (activity === undefined) return [];
      const { attempt, progress, lastFailure } = activity;
      return [{ step: step.id, attempt, progress, lastFailure }];
    });
}

/**
 * Waits for the end of a go-live; needs no worker when it has ended already.
 * @throws CliError when it was terminated, cancelled or failed from outside, so that there is no verdict
 */
export async function finalState(client: Client, found: Pick<Found, 'target' | 'runId'>): Promise<GoLiveState> {
  try {
    return await client.workflow.getHandle<() => Promise<GoLiveState>>(found.target, found.runId).result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = error.cause === undefined ? error.message : messageOf(error.cause);
    if (cause.startsWith(NOT_STARTED)) {
      throw new CliError(cause, {
        exitCode: 4,
        where: `workflow ${found.target}, run ${found.runId}`,
        hint: 'Nothing was done.',
      });
    }
    if (error.cause instanceof ApplicationFailure && error.cause.type === ('SEALED' satisfies FailureCode)) {
      throw new CliError(cause, {
        exitCode: 4,
        where: `workflow ${found.target}, run ${found.runId}`,
        hint: 'What the go-live came to stands in its bundle; `golive verify` with its folder shows it.',
      });
    }
    throw new CliError(`The go-live of '${found.target}' ended without a verdict: ${cause}`, {
      exitCode: 3,
      where: `workflow ${found.target}, run ${found.runId}`,
      hint: 'What it did may not be undone. Its history in the Web UI shows how far it came; check the target by hand.',
    });
  }
}
