import { isDeepStrictEqual } from 'node:util';
import type { GoLiveState } from '../../model/state/state.js';
import type { Act, Happening } from './fake-world.js';
import { isUndo } from './way-back.js';

/**
 * Judges what people are told of the ways back, against what happened to the world: of each undo that it was done or
 * failed, of each way back that it is done or incomplete, and of the go-live that it is ROLLBACK INCOMPLETE.
 *
 * @returns what is wrong, a sentence each; empty when all is well
 */
export function judgeRollbacks(
  record: readonly Happening[],
  { rollbacks, rollbackIncomplete, sentence = '' }: Pick<GoLiveState, 'rollbacks' | 'rollbackIncomplete' | 'sentence'>,
): string[] {
  const faults: string[] = [];
  const differs = (what: string, told: unknown, was: unknown): void => {
    if (!isDeepStrictEqual(told, was))
      faults.push(`${what}: ${JSON.stringify(told)} instead of ${JSON.stringify(was)}`);
  };
  const acts = record.filter((one): one is Act => one.what !== 'told');
  for (const [index, { id, status, steps }] of rollbacks.entries()) {
    const own = acts.filter(({ task }) => task.phase === `rollback-${id}` && task.phaseAttempt === index + 1);
    const undos = undosOf(own);
    differs(
      `the undos of ${id}`,
      steps.slice(0, undos.length).map((one) => one.status),
      undos,
    );
    differs(`the end of ${id}`, status, own.some(({ what }) => what === 'failed') ? 'incomplete' : 'done');
  }
  const incomplete = acts.some(({ what, task }) => what === 'failed' && task.phase.startsWith('rollback-'));
  differs('ROLLBACK INCOMPLETE in the state', rollbackIncomplete, incomplete);
  differs('ROLLBACK INCOMPLETE in the sentence', sentence.includes('ROLLBACK INCOMPLETE'), incomplete);
  return faults;
}

/** What became of each undo of one way back, in order; an undo of several calls is one. */
function undosOf(acts: readonly Act[]): string[] {
  const undos = new Map<string, string>();
  for (const { what, deed } of acts.filter(isUndo))
    if (what !== 'began') undos.set(JSON.stringify(deed), what === 'failed' ? 'undo-failed' : 'undone');
  return [...undos.values()];
}
