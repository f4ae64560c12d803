import { undoneText } from '../evidence/step-place.js';
import { counted } from '../text/counted.js';
import type { StandingUndo, TakesBack } from '../plan/taking-back.js';
import type { GoLiveState, PhaseResult, RollbackState, UndoEntry } from './state.js';

/** What tells one registered undo from another. */
export type UndoPlace = Pick<UndoEntry, 'phase' | 'phaseAttempt' | 'step' | 'epoch' | 'evidenceDir'>;

/** Whether two entries are the undo of the same opening of a step; one of another go-live is another step. */
export function sameEntry(a: UndoPlace, b: UndoPlace): boolean {
  return undoneText(a) === undoneText(b) && a.epoch === b.epoch && a.evidenceDir === b.evidenceDir;
}

/** Folders of bundles: of the go-live that keeps the undos, and of the one that it takes back, if it does. */
interface Homes {
  own: string;
  first?: string | undefined;
}

/** As a sealed state keeps a registered undo: the journal has the inputs. Whose journal goes without saying, where it can. */
function kept(entry: UndoEntry, { own, first = own }: Homes): StandingUndo {
  const { phase, phaseAttempt, step, epoch, always, calls, deedDone, unread, evidenceDir = own, bundle } = entry;
  return {
    phase,
    phaseAttempt,
    step,
    epoch,
    always,
    calls: calls.map(({ activity, title }) => ({ activity, title })),
    ...(deedDone ? { deedDone } : {}),
    ...(unread === undefined ? {} : { unread }),
    ...(evidenceDir === first ? {} : { evidenceDir, ...(bundle === undefined ? {} : { bundle }) }),
  };
}

/** The undos that an earlier go-live left, as this one registers them: each has its journal in a bundle of before. */
export function registeredAgain({
  undos,
  evidenceDir,
  bundle,
}: Pick<TakesBack, 'undos' | 'evidenceDir' | 'bundle'>): UndoEntry[] {
  return undos.map((undo) => ({ evidenceDir, bundle, ...undo, status: 'registered' }));
}

/**
 * What stands now: of the registered undos those that were not carried out, and what stood before and is not among them.
 *
 * @param first folder of the bundle of the go-live that is taken back, if one is
 */
export function undosStand(
  state: Pick<GoLiveState, 'undos' | 'evidenceDir'>,
  undos: readonly UndoEntry[],
  first?: string,
): void {
  const homes = { own: state.evidenceDir, first };
  const known = undos.map((entry) => ({ status: entry.status, undo: kept(entry, homes) }));
  const before = (state.undos ?? []).filter((undo) => !known.some((one) => sameEntry(one.undo, undo)));
  state.undos = [...before, ...known.filter(({ status }) => status !== 'done').map(({ undo }) => undo)];
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
