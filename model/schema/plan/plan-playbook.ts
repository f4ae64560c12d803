import type { PlaybookPointer } from '../../playbook/pointer.js';
import { addressText, readAddress } from '../../plan/address.js';
import type { Playbook } from '../format/playbook-fields.js';

/** Where a go-live points when something fails. The words of an entry are read in the runbook, when somebody looks. */
export function pointersOf({ entries }: Playbook): PlaybookPointer[] {
  return entries.map(({ id, when }) => ({ entry: id, when: when.map((one) => addressText(readAddress(one))) }));
}
