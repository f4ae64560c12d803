import type { Json } from '../../model/json.js';

/** A member of a value that a runbook gives; nothing where it is no map, or an expression. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined;
}

/** A text of a runbook, and not a secret by reference. */
export function plainText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The path of something in a folder, both as the runbook gives them. */
export function inFolder(folder: Json | undefined, name: Json | undefined): string | undefined {
  return typeof folder === 'string' && typeof name === 'string' ? `${folder}/${name}` : undefined;
}
