import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where a rule may lie; the first place that has it counts. */
const PLACES = ['src', 'candidate'];

/** Loads a rule by its id, promoted or not. */
export async function load(id) {
  for (const place of PLACES) {
    const url = new URL(`../${place}/${id}.js`, import.meta.url);
    if (existsSync(fileURLToPath(url))) return import(url);
  }
  throw new Error(`there is no rule ${id} in ${PLACES.join(' or ')}`);
}
