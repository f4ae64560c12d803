import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a folder `results` with a file and a folder that has one. */
export function someFiles(folder: string): void {
  mkdirSync(join(folder, 'results', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'results', 'a.txt'), 'alpha');
  writeFileSync(join(folder, 'results', 'deep', 'b.txt'), 'beta');
}
