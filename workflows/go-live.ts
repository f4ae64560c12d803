import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  workflowInfo,
} from '@temporalio/workflow';
import type { Json } from '../model/json.js';
import type { GoLiveResult } from '../model/state/state.js';
import { runsBeside } from '../model/plan/needs.js';
import { isReadable } from '../model/text/readable.js';
import { system } from './activities.js';
import { close, decideAll } from './close.js';
import { changed } from './changes.js';
import { endBeside, isOfPhase, conductBeside } from './conduct.js';
import { Desk } from './people/desk.js';
import { handOn } from './hand-on.js';
import type { Carried, GoLiveStart } from './inputs.js';
import { NOT_STARTED } from '../model/state/contract.js';
import { refuseLacking } from './preflight.js';
import { meetsSeal, sealedEnd } from './sealed.js';
import { Session } from './session.js';
import { failureOf } from './step.js';
import { neverStuck, strayMessage } from './stray.js';
import { takePhase } from './take-phase.js';
import { freshNonce, vouchStart } from './people/vouch.js';

/**
 * One go-live, from its plan to its verdict. It reads like the runbook: phases in order, then decisions, then the
 * end. It does no I/O itself; everything that people say arrives here, so they need one workflow id.
 */
export function goLive(start: GoLiveStart, carried?: Carried): Promise<GoLiveResult> {
  return neverStuck(() => begin(start, carried));
}

async function begin(start: GoLiveStart, carried: Carried | undefined): Promise<GoLiveResult> {
  // A client that starts a workflow cannot set what it continues: a made-up past is not taken.
  if (carried && !workflowInfo().continuedFromExecutionRunId) {
    throw ApplicationFailure.nonRetryable(`${NOT_STARTED}: it brings a past of its own.`, 'BAD_INPUT');
  }
  const told = [start.startedBy, start.because ?? '', start.override ?? ''];
  if (!told.every(isReadable) && changed('starter-is-readable')) {
    throw ApplicationFailure.nonRetryable(`${NOT_STARTED}: who starts it has no readable name.`, 'BAD_INPUT');
  }
  const session = new Session(start, carried);
  const desk = new Desk(session);
  session.show();
  // Temporal's own cancel is an abort: the work stops, and the way back is taken to its end.
  const cancelled = CancellationScope.current().cancelRequested.catch(() =>
    desk.abort({ by: 'temporal cancel', reason: 'The workflow was cancelled.' }),
  );
  void cancelled;
  return CancellationScope.nonCancellable(async () => {
    // Before it is proven who started it, nothing is done, and there is no nonce that a message could name.
    if (start.plan.signing?.level === 'signed' && !carried) {
      session.state.startedProof = await vouchStart(start, start.plan.signing);
      session.state.nonce = freshNonce();
    }
    if (!carried && start.plan.mode === 'live' && changed('preflight-before-the-first-phase')) {
      await refuseLacking(start);
    }
    if (!carried) await open(session);
    try {
      return await conduct(session, desk);
    } catch (error) {
      throw meetsSeal(error) ? sealedEnd(start.plan.target.id) : error;
    }
  });
}

async function conduct(session: Session, desk: Desk): Promise<GoLiveResult> {
  const { state } = session;
  try {
    await (runsBeside(session.plan.phases) ? conductBeside(session, desk) : takePhases(session, desk));
    await decideAll(session);
  } catch (error) {
    // Nothing is aborted, and nothing undone, of what has ended.
    const reason = meetsSeal(error) ? undefined : strayMessage(error);
    if (reason === undefined) throw error;
    session.broken = true;
    desk.abort({ by: 'golive', reason });
    await endBeside(session, desk, reason);
  }
  await close(session);
  await condition(allHandlersFinished);
  state.events += workflowInfo().historyLength;
  return state;
}

async function takePhases(session: Session, desk: Desk): Promise<void> {
  const { plan, state } = session;
  let index = session.next;
  // An abort does not end a way back: the question about it is of the phase that is next.
  while (index < plan.phases.length && (!session.aborted || isOfPhase(session.asking))) {
    session.next = index;
    if (workflowInfo().continueAsNewSuggested && !session.asking) await handOn(session);
    const phase = plan.phases[index];
    const record = state.phases[index];
    if (!phase || !record) break;
    const next = record.passedOver ? 'next' : await takePhase(session, desk, phase, record);
    if (next === 'stop') break;
    index = next === 'next' ? index + 1 : plan.phases.findIndex((candidate) => candidate.id === next.to);
  }
  session.next = plan.phases.length;
}

async function open(session: Session): Promise<void> {
  const { plan, state, start } = session;
  const begun = {
    plan,
    digest: start.planDigest,
    startedBy: start.startedBy,
    // Each due time of a schedule runs once: another workflow cannot take up what this one began.
    ...(plan.schedule ? { run: workflowInfo().firstExecutionRunId } : {}),
  } as unknown as Json;
  try {
    await system.openEvidence({ goLive: session.ref, plan: begun });
  } catch (error) {
    const { message, hint = '' } = failureOf(error);
    throw ApplicationFailure.nonRetryable(`${NOT_STARTED}: ${message} ${hint}`.trim(), 'BAD_INPUT');
  }
  session.note('go-live.started', {
    plan: start.planDigest,
    runbook: plan.runbook.sha256,
    by: start.startedBy,
    mode: plan.mode,
    timeScale: plan.timeScale,
    ...(start.because === undefined ? {} : { because: start.because }),
    ...(state.startedProof ? { proof: { ...state.startedProof } } : {}),
  });
  await session.notify('started', `${plan.runbook.title} started`, `${plan.target.id} · ${plan.change}`);
}
