import { allHandlersFinished, CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../model/json.js';
import type { GoLiveResult } from '../model/state.js';
import { system } from './activities.js';
import { close, takeDecisions } from './close.js';
import { Desk } from './desk.js';
import type { GoLiveStart } from './phase-input.js';
import { Session } from './session.js';
import { takePhase } from './take-phase.js';
import { freshNonce, vouchStart } from './vouch.js';

/**
 * One go-live, from its plan to its verdict. It reads like the runbook: phases in order, then decisions, then the
 * end. It does no I/O itself; everything that people say arrives here, so they need one workflow id.
 */
export async function goLive(start: GoLiveStart): Promise<GoLiveResult> {
  const session = new Session(start);
  const desk = new Desk(session);
  session.show();
  // Temporal's own cancel is an abort: the work stops, and the way back is taken to its end.
  const cancelled = CancellationScope.current().cancelRequested.catch(() =>
    desk.abort({ by: 'temporal cancel', reason: 'The workflow was cancelled.' }),
  );
  void cancelled;
  return CancellationScope.nonCancellable(async () => {
    // Before it is proven who started it, nothing is done, and there is no nonce that a message could name.
    if (start.plan.signing?.level === 'signed') {
      session.state.startedProof = await vouchStart(start, start.plan.signing);
      session.state.nonce = freshNonce();
    }
    return conduct(session, desk);
  });
}

async function conduct(session: Session, desk: Desk): Promise<GoLiveResult> {
  const { plan, state, start } = session;
  await system.openEvidence({
    goLive: session.ref,
    plan: { plan, digest: start.planDigest, startedBy: start.startedBy } as unknown as Json,
  });
  session.note('go-live.started', {
    plan: start.planDigest,
    runbook: plan.runbook.sha256,
    by: start.startedBy,
    mode: plan.mode,
    timeScale: plan.timeScale,
    ...(state.startedProof ? { proof: { ...state.startedProof } } : {}),
  });
  await session.notify('started', `${plan.runbook.title} started`, `${plan.target.id} · ${plan.change}`);

  let index = 0;
  while (index < plan.phases.length && !session.aborted) {
    const phase = plan.phases[index];
    const record = state.phases[index];
    if (!phase || !record) break;
    const next = await takePhase(session, desk, phase, record);
    if (next === 'stop') break;
    index = next === 'next' ? index + 1 : plan.phases.findIndex((candidate) => candidate.id === next.to);
  }

  await takeDecisions(session);
  await close(session);
  await condition(allHandlersFinished);
  state.events += workflowInfo().historyLength;
  return state;
}
