import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An empty folder for a record, in a folder of its own: the lock of a record that is not sealed lies beside it. */
export function recordFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'golive-record-')), 'record');
  mkdirSync(folder);
  return folder;
}

/** Removes a folder that `recordFolder` made, with all that lies beside it. */
export function removeRecord(folder: string): void {
  rmSync(dirname(folder), { recursive: true, force: true });
}
