import { addressText, asId, type AddressText, type PhaseId } from '../plan/address.js';

/** Where an entry of the playbook is looked up: the gates and steps that it answers. Its words stay in the runbook. */
export interface PlaybookPointer {
  entry: string;
  when: AddressText[];
}

/** The entry that answers a gate or step, the first that names it. */
export function entryFor(
  playbook: readonly PlaybookPointer[] | undefined,
  phase: string,
  part: string,
): string | undefined {
  const address = addressText({ phase: asId<PhaseId>(phase), part: asId(part) });
  return playbook?.find(({ when }) => when.includes(address))?.entry;
}

/** The line that stands with a failed gate or step on every page. */
export const pointerText = (entry: string): string => `playbook: ${entry}, \`golive playbook show ${entry}\``;
