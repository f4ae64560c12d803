import { parseJson } from '../json.js';

/** A part of a file or output, as it is shown. */
export interface Excerpt {
  lines: string[];
  /** How many there are in all. */
  of: number;
  /** The lines are its last ones. */
  last?: true;
}

/** How many lines are shown where the runbook does not say. */
const LINES = 20;
const LONGEST_LINE = 300;

/**
 * Cuts what is shown: of a log the end, where the failure stands, of anything else the beginning. JSON on one line is
 * broken into lines first.
 *
 * @param name of the file or output
 */
export function excerptOf(text: string, name: string, most = LINES): Excerpt {
  const all = broken(text).trimEnd().split(/\r?\n/);
  const last = name.endsWith('.log');
  const lines = (last ? all.slice(-most) : all.slice(0, most)).map((line) =>
    line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line,
  );
  return { lines, of: all.length, ...(last && all.length > most ? { last: true as const } : {}) };
}

function broken(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(parseJson(text), null, 2);
  } catch {
    // It only begins like JSON.
    return text;
  }
}
