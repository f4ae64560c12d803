import type { Random } from './prng.js';

/** How a page was scanned. Rates are per character, `breaks` per long line. */
export interface Scan {
  dpi: number;
  lookAlike: number;
  misread: number;
  lost: number;
  breaks: number;
}

export const SCANS = {
  /** A good scan: now and then a look-alike. */
  good: { dpi: 300, lookAlike: 0.004, misread: 0.0002, lost: 0.0001, breaks: 0.03 },
  /** A poor one: letters are also taken for others, or lost. */
  poor: { dpi: 150, lookAlike: 0.02, misread: 0.0014, lost: 0.0006, breaks: 0.1 },
  /** A page that nobody can read. */
  ruined: { dpi: 72, lookAlike: 0.25, misread: 0.45, lost: 0.15, breaks: 0.5 },
} as const satisfies Record<string, Scan>;

const LOOK_ALIKE: Record<string, string> = {
  '0': 'O',
  O: '0',
  '1': 'l',
  I: '1',
  L: 'I',
  '5': 'S',
  S: '5',
  '8': 'B',
  B: '8',
  '2': 'Z',
  Z: '2',
};
const MISREAD: Record<string, string> = { E: 'F', C: 'G', U: 'V', M: 'N', R: 'P', H: 'N', T: 'Y', A: '4', D: 'O' };
const LONG_LINE = 44;

function character(original: string, scan: Scan, random: Random): string {
  if (/\s/.test(original)) return original;
  if (random.chance(scan.lookAlike)) return LOOK_ALIKE[original] ?? original;
  // A digit is never silently another digit: scanners mark what they cannot tell.
  if (random.chance(scan.misread)) return /\d/.test(original) ? '?' : (MISREAD[original] ?? original);
  if (random.chance(scan.lost)) return /\d/.test(original) ? '#' : '';
  return original;
}

/** The text layer that a scanner would give for a page. */
export function scanned(text: string, scan: Scan, random: Random): string {
  const lines = text.split('\n').map((line) => {
    const read = Array.from(line, (one) => character(one, scan, random)).join('');
    if (line.length < LONG_LINE || !random.chance(scan.breaks)) return read;
    const at = read.indexOf(' ', Math.floor(read.length * 0.7));
    return at < 0 ? read : `${read.slice(0, at)}\n  ${read.slice(at + 1)}`;
  });
  return [`--- page 1 of 1 (scanned image, ${scan.dpi} dpi) ---`, ...lines].join('\n');
}
