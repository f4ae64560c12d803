import type { GateResult } from '../../model/judge/gate.js';
import { standingWaiver, waiveGate } from '../../model/judge/waiver.js';
import { addressText, type PhaseId } from '../../model/plan/address.js';
import { waiverUsed } from '../../model/state/transitions.js';
import type { Session } from '../session.js';

/** The gates of a phase as they stand under the waivers of this moment. */
export function underWaivers(session: Session, phase: PhaseId, gates: readonly GateResult[]): GateResult[] {
  return gates.map((gate) => {
    const waiver = standingWaiver(session.state.waivers, addressText({ phase, part: gate.id }), Date.now());
    return waiver ? waiveGate(gate, waiver) : gate;
  });
}

/** Marks the waivers that stand and by which these gates pass as used. */
export function useWaivers(session: Session, phase: PhaseId, gates: readonly GateResult[]): void {
  for (const gate of gates) {
    const waiver =
      gate.waiver && standingWaiver(session.state.waivers, addressText({ phase, part: gate.id }), Date.now());
    if (waiver) waiverUsed(waiver);
  }
}
