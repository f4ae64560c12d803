import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the gateway, its executor or its traffic. */
export interface GatewayFault extends NamedFault {
  /** Orders a second of the traffic. */
  rate?: number;
  /** The gateway ends itself when it meets YAML that does not parse. */
  crashOnYaml?: boolean;
  /** Something writes into a file again after it was reverted. */
  rewrites?: boolean;
  /** Conditions of the policy that are overlooked. */
  blindTo?: string[];
  /** Nominal day after the window began on which the gateway is degraded. */
  redDay?: number;
}

export const SOUND: GatewayFault = { id: 'none', summary: 'Nothing is broken.' };

export const FAULTS: readonly GatewayFault[] = [
  { id: 'too-few-operations', summary: 'Hardly anybody uses the gateway.', rate: 0.2 },
  { id: 'order-crashes-gateway', summary: 'An order that is no YAML ends the gateway.', crashOnYaml: true },
  {
    id: 'rollback-does-not-restore',
    summary: 'Something writes into the file again after the revert.',
    rewrites: true,
  },
  { id: 'near-miss-approved', summary: 'The policy overlooks whether the path is on its list.', blindTo: ['path'] },
  { id: 'red-day-5', summary: 'The gateway is degraded on the fifth day of the window.', redDay: 5 },
  { id: 'sign-off-refused', summary: 'The owner refuses to sign; the gateway itself is sound.' },
];
