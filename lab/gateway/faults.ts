import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the gateway, its executor or its traffic. */
export interface GatewayFault extends NamedFault {
  /** Orders a second of the traffic. */
  rate?: number;
  /** The only lane that it uses. */
  lane?: 'local' | 'strict';
  /** None of them is by somebody who is not known. */
  noStrangers?: boolean;
  /** The gateway ends itself when it meets YAML that does not parse; or refuses it, ends, and is started again. */
  crashOnYaml?: 'for-good' | 'and-comes-back';
  /** Telemetry is not told of an order that leads into a zone where it may not write. */
  untoldZone?: boolean;
  /** After an order that is no YAML nothing is taken out of the strict inbox any more. */
  jamsOnYaml?: boolean;
  /** A line of telemetry is left half-written. */
  tornLine?: boolean;
  /** The executor takes a risky order back as soon as it has carried it out; or puts other content there, too. */
  takesBack?: 'only' | 'with-other-content';
  /** The policy has no pattern that it approves. */
  noPatterns?: boolean;
  /** The executor leaves orders of this actor lying. */
  ignores?: string;
  /** Somebody approves whatever waits for a person, but the order of the rollback. */
  approvesByHand?: boolean;
  /** Which records are lost late in the week, when all exercises are over. */
  loses?: 'telemetry' | 'audit';
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
  { id: 'order-crashes-gateway', summary: 'An order that is no YAML ends the gateway.', crashOnYaml: 'for-good' },
  {
    id: 'order-restarts-gateway',
    summary: 'An order that is no YAML ends the gateway, and it is started again.',
    crashOnYaml: 'and-comes-back',
  },
  { id: 'error-untold', summary: 'One of the refused orders is not told of in telemetry.', untoldZone: true },
  { id: 'inbox-jams', summary: 'After an order that is no YAML the strict inbox is not emptied.', jamsOnYaml: true },
  { id: 'torn-telemetry', summary: 'A line of telemetry is left half-written.', tornLine: true },
  { id: 'nothing-strict', summary: 'Everyday use is in the local lane alone.', lane: 'local' },
  { id: 'nothing-local', summary: 'Everyday use is in the strict lane alone.', lane: 'strict' },
  { id: 'nothing-rejected', summary: 'Every order of everyday use is by somebody who is known.', noStrangers: true },
  {
    id: 'rollback-does-not-restore',
    summary: 'Something writes into the file again after the revert.',
    rewrites: true,
  },
  {
    id: 'reverted-before',
    summary: 'The executor takes the risky order back before anybody else does.',
    takesBack: 'only',
  },
  {
    id: 'reverted-to-another',
    summary: 'The executor takes the risky order back, and leaves other content in its file.',
    takesBack: 'with-other-content',
  },
  { id: 'policy-approves-nothing', summary: 'The policy has no pattern that it approves.', noPatterns: true },
  { id: 'approved-not-done', summary: 'The executor leaves orders of the bot lying.', ignores: 'release-bot' },
  { id: 'approved-by-hand', summary: 'A person approves the orders that wait.', approvesByHand: true },
  { id: 'near-miss-approved', summary: 'The policy overlooks whether the path is on its list.', blindTo: ['path'] },
  { id: 'red-day-5', summary: 'The gateway is degraded on the fifth day of the window.', redDay: 5 },
  { id: 'telemetry-lost', summary: 'On the sixth day telemetry begins to be lost.', loses: 'telemetry' },
  { id: 'audit-lost', summary: 'On the sixth day the audit log begins to be lost.', loses: 'audit' },
  { id: 'sign-off-refused', summary: 'The owner refuses to sign; the gateway itself is sound.' },
];
