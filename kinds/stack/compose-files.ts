import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COMPOSE_FILES, OVERRIDE_FILES } from '../../model/compose-names.js';

/** What Compose would take in a folder. */
export interface ComposeFiles {
  /** Names, in the order of `-f`. */
  taken: string[];
  /** There, and not taken. */
  left: string[];
}

/** The files of a stack of containers by Compose's own rules; undefined when the folder holds none. */
export function composeFiles(folder: string): ComposeFiles | undefined {
  const there = (names: readonly string[]): string[] => names.filter((name) => existsSync(join(folder, name)));
  const [main, ...others] = there(COMPOSE_FILES);
  if (main === undefined) return undefined;
  const [over, ...rest] = there(OVERRIDE_FILES);
  return { taken: over === undefined ? [main] : [main, over], left: [...others, ...rest] };
}

/** Which files are taken, where that is no matter of course; empty where it is. */
export function saidOfFiles({ taken, left }: ComposeFiles): string {
  if (taken.length === 1 && left.length === 0) return '';
  const besides = left.length === 0 ? '' : `, and not ${left.join(', ')}`;
  return `; of ${taken.join(' with ')}${besides}, as Compose takes them`;
}
