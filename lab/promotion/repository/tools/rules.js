import { existsSync, readdirSync } from 'node:fs';

/** Ids of the rules below a folder, in order. */
export function rulesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((path) => path.split('\\').join('/'))
    .filter((path) => path.endsWith('.js'))
    .map((path) => path.slice(0, -'.js'.length))
    .sort();
}
