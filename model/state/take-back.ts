import { counted } from '../text/counted.js';
import type { StandingUndo, TakesBack } from '../plan/taking-back.js';
import type { GoLiveState, PhaseResult, RollbackState, UndoEntry } from './state.js';

/** Of registered undos those that were not carried out, as the sealed state keeps them: the journals have the inputs. */
export function standingUndos(undos: readonly UndoEntry[]): StandingUndo[] {
  return undos
    .filter(({ status }) => status !== 'done')
    .map(({ phase, phaseAttempt, step, epoch, always, calls, unread }) => ({
      phase,
      phaseAttempt,
      step,
      epoch,
      always,
      calls: calls.map(({ activity, title }) => ({ activity, title })),
      ...(unread === undefined ? {} : { unread }),
    }));
}

/** The undos of an earlier go-live, as this one registers them: their journals lie in the bundle of the earlier one. */
export function registeredAgain({
  undos,
  evidenceDir,
  bundle,
}: Pick<TakesBack, 'undos' | 'evidenceDir' | 'bundle'>): UndoEntry[] {
  return undos.map((undo) => ({ ...undo, status: 'registered', evidenceDir, bundle }));
}

/** What still stands when a go-live has ended. */
export function undosStand(state: Pick<GoLiveState, 'undos'>, undos: readonly UndoEntry[]): void {
  state.undos = standingUndos(undos);
}

/** What taking back an earlier go-live came to, as the result of the one phase of it. `at` is ISO 8601, workflow time. */
export function takenBack(
  { goLive, undos: before }: Pick<TakesBack, 'goLive' | 'undos'>,
  rollback: RollbackState | undefined,
  left: readonly StandingUndo[],
  at: string,
): PhaseResult {
  const done = rollback?.status === 'done';
  const carriedOut = `${before.length - left.length} of ${counted(before.length, 'undo')} carried out`;
  const failed = rollback?.steps.find(({ status }) => status === 'failed' || status === 'undo-failed');
  const stand =
    left.length === 0 ? '' : ` Still stands: ${left.map(({ phase, step }) => `${phase}.${step}`).join(', ')}.`;
  const why = failed ? ` ${failed.title}: ${failed.failure?.message ?? 'failed'}` : '';
  return {
    status: done ? 'passed' : 'failed',
    verdict: done ? 'go' : 'no-go',
    sentence: `Of ${goLive}, ${carriedOut}.${why}${stand}`,
    steps: [],
    gates: [],
    undos: [],
    startedAt: rollback?.startedAt ?? at,
    endedAt: at,
    events: 0,
  };
}
