import { folderStore } from './folder-store.js';
import type { EvidenceStore } from './store.js';

/** The store of a go-live's record by its address (`evidenceDir`): a folder. The one place that chooses. */
export function openStore(address: string): EvidenceStore {
  return folderStore(address);
}
