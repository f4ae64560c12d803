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
];
