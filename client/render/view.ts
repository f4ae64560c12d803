import type { StepProgress } from '../../model/state/contract.js';
import type { GoLiveState } from '../../model/state/state.js';

/** What a running step says of itself, taken from its activity's heartbeat. */
export interface LiveStep {
  /** Id of the phase or rollback that it runs in; absent where that is not known. */
  of?: string;
  step: string;
  /** Temporal's attempt of the activity, from 1. */
  attempt: number;
  progress?: StepProgress;
  /** Message of the last failed attempt. */
  lastFailure?: string;
}

/** The state of a go-live with what only the moment knows; everything that is drawn comes from it. */
export interface View {
  state: GoLiveState;
  live: LiveStep[];
  /** Something that the reader must know of the view itself: "worker not answering, still trying". */
  note?: string;
}

/** How a view is drawn. */
export interface Frame {
  columns: number;
  /** Lines at most; Infinity when nothing limits them. */
  rows: number;
  /** Milliseconds since 1970. */
  nowMs: number;
  uiUrl?: string;
  /** Working folder: paths below it are shortened. */
  cwd?: string;
  /** Last words of the footer, e.g. "q quits, the go-live goes on". */
  footer?: string;
}

/** Owner or role as people call it. */
export function roleName(state: Pick<GoLiveState, 'roles'>, role: string): string {
  return Object.hasOwn(state.roles, role) ? (state.roles[role] ?? role) : role;
}
