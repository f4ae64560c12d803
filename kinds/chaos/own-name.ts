import { sha256 } from '../../evidence/hash.js';
import type { StepTask } from '../../model/state/contract.js';

/** A name for what a step leaves in the world while its fault is in: of its go-live, and of no other step. */
export function ownName(prefix: string, { goLive, phase, step, undoes }: StepTask): string {
  // An undo takes out what its deed put in.
  const place = undoes ?? { phase, step };
  const digest = sha256(JSON.stringify([goLive.id, place.phase, place.step])).slice(0, 8);
  const said = goLive.id.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40);
  return `${prefix}${said}-${digest}`;
}
