import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the agent, its keeper or what it alerts. */
export interface AgentFault extends NamedFault {
  /** Milliseconds until the keeper starts the agent again. */
  respawnMs?: number;
  /** The self-test writes no report any more. */
  silentHealth?: boolean;
  /** The agent leaves lines out when its log is renamed. */
  losesLines?: boolean;
  /** Dropped orders are not acknowledged. */
  deafToOrders?: boolean;
  /** Nobody takes alerts. */
  alertsDown?: boolean;
  /** The self-test writes half a report. */
  tornHealth?: boolean;
  /** The self-test's report has no mirror. */
  noMirror?: boolean;
  /** The agent writes on into a log that was renamed. */
  keepsOldLog?: boolean;
  /** Its heartbeats are so many times as slow as agreed. */
  slowness?: number;
  /** A new process goes on counting where the old one stopped. */
  countsOn?: boolean;
  /** Orders go into the inbox of another lane. */
  wrongLane?: boolean;
  /** The rehearsal of alerts was left open by somebody. */
  alertLeftOpen?: boolean;
  /** Its log has not grown. */
  smallLogs?: boolean;
  /** The self-test writes no report at all. */
  noHealth?: boolean;
  /** Where the report should be stands a folder. */
  healthIsFolder?: boolean;
  /** The owner's README has no place for a badge. */
  noMarkers?: boolean;
  /** An earlier rotation left nine files of a log that has not grown. */
  rotatedLeft?: boolean;
  /** The heart beats in another process, which nobody keeps. */
  heartElsewhere?: boolean;
  /** The channel does not take that an incident is over. */
  endRefused?: boolean;
  /** The branch of the change is there, and somebody else's. */
  branchTaken?: boolean;
  /** A process that was started anew reports that it is degraded. */
  degradedAnew?: boolean;
}

export const SOUND: AgentFault = { id: 'none', summary: 'Nothing is broken.' };

export const FAULTS: readonly AgentFault[] = [
  {
    id: 'respawn-too-slow',
    summary: 'The keeper waits five seconds before it starts the agent again.',
    respawnMs: 5000,
  },
  { id: 'stale-health', summary: 'The self-test has stopped writing its report.', silentHealth: true },
  { id: 'rotation-loses-a-line', summary: 'The agent leaves lines out when its log is renamed.', losesLines: true },
  { id: 'drill-without-ack', summary: 'The agent takes orders and acknowledges none.', deafToOrders: true },
  { id: 'alert-endpoint-down', summary: 'Nobody takes alerts.', alertsDown: true },
  { id: 'torn-health', summary: 'The self-test writes half a report.', tornHealth: true },
  { id: 'no-mirror', summary: 'The self-test writes its report, and no mirror of it.', noMirror: true },
  { id: 'log-kept-open', summary: 'The agent writes on into a log that was renamed.', keepsOldLog: true },
  { id: 'logs-not-grown', summary: 'There is no log to rotate.', smallLogs: true },
  { id: 'slow-heartbeat', summary: 'The heart beats five times as slowly as agreed.', slowness: 5 },
  { id: 'counter-goes-on', summary: 'A new process counts on where the old one stopped.', countsOn: true },
  { id: 'drill-in-another-lane', summary: 'Orders of the strict lane go into the local one.', wrongLane: true },
  { id: 'alert-left-open', summary: 'An earlier rehearsal of alerts was never ended.', alertLeftOpen: true },
  { id: 'no-health', summary: 'The self-test writes no report at all.', noHealth: true },
  { id: 'health-is-a-folder', summary: 'A folder stands where the report should be.', healthIsFolder: true },
  { id: 'readme-without-markers', summary: "The owner's README has no place for the badge.", noMarkers: true },
  {
    id: 'rotated-files-left',
    summary: 'An earlier rotation left nine files of a log that has not grown.',
    rotatedLeft: true,
  },
  {
    id: 'heart-of-another',
    summary: 'The heart beats in a process that nobody keeps, and outlives the agent.',
    heartElsewhere: true,
  },
  {
    id: 'alert-end-refused',
    summary: 'The channel takes that an incident began, and not that it is over.',
    endRefused: true,
  },
  { id: 'branch-of-somebody', summary: 'Somebody else has a branch of the name of the change.', branchTaken: true },
  { id: 'degraded-after-restart', summary: 'Started anew, the agent is degraded.', degradedAnew: true },
];
