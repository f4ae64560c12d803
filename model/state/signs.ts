import type { Verdict } from '../verdict.js';
import type { PhaseStatus, RollbackState, StepStatus } from './state.js';

export type Status = StepStatus | PhaseStatus | RollbackState['status'] | Verdict;

/** The one character that stands for a status or a verdict, so that nothing depends on colour alone. */
export const SIGNS: Readonly<Record<Status, string>> = {
  pending: '·',
  waiting: '●',
  running: '▶',
  passed: '✓',
  done: '✓',
  go: '✓',
  failed: '✗',
  'no-go': '✗',
  'undo-failed': '✗',
  incomplete: '✗',
  skipped: '–',
  cancelled: '■',
  undone: '↶',
  'taken-back': '↶',
  waived: '◇',
  inconclusive: '?',
};
