import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the gateway, its executor or its traffic. */
export interface GatewayFault extends NamedFault {
  /** Orders a second of the traffic. */
  rate?: number;
  /** The only lane that it uses. */
  lane?: 'local' | 'strict';
  /** None of them is by somebody who is not known. */
  noStrangers?: boolean;
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
  { id: 'nothing-strict', summary: 'Everyday use is in the local lane alone.', lane: 'local' },
  { id: 'nothing-local', summary: 'Everyday use is in the strict lane alone.', lane: 'strict' },
  { id: 'nothing-rejected', summary: 'Every order of everyday use is by somebody who is known.', noStrangers: true },
  {
    id: 'rollback-does-not-restore',
    summary: 'Something writes into the file again after the revert.',
    rewrites: true,
  },
  { id: 'near-miss-approved', summary: 'The policy overlooks whether the path is on its list.', blindTo: ['path'] },
  { id: 'red-day-5', summary: 'The gateway is degraded on the fifth day of the window.', redDay: 5 },
  { id: 'sign-off-refused', summary: 'The owner refuses to sign; the gateway itself is sound.' },
];
