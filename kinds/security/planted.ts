import { posix } from 'node:path';
import type { Finding } from './findings.js';
import { SEVERITIES, type Severity } from './severities.js';

/** What was planted: where, and by which rule it must be found. */
export interface Canary {
  canary: string;
  rule?: string | undefined;
  /** How severe it must be told at least. */
  severity: Severity;
}

/**
 * The finding that was planted; undefined where there is none. There is never more than one: whatever else is found at that
 * place counts, so of several the least one that is severe enough is taken for it.
 */
export function plantedAmong(findings: readonly Finding[], planted: Canary): Finding | undefined {
  const { canary, rule } = planted;
  const wanted = placeOf(canary);
  const ofRule = findings.filter((one) => rule === undefined || one.rule === rule);
  const whole = ofRule.filter(({ path }) => placeOf(path) === wanted);
  // A tool may tell whole paths, or where a package is installed.
  const found = whole.length > 0 ? whole : ofRule.filter(({ path }) => placeOf(path).endsWith(`/${wanted}`));
  const leastFirst = found.toSorted((a, b) => rank(b) - rank(a));
  return leastFirst.find((one) => !isLess(one, planted)) ?? leastFirst[0];
}

/** Whether it was told as less severe than it must be. */
export const isLess = (found: Finding, { severity }: Canary): boolean => rank(found) > WORST_FIRST.indexOf(severity);

const WORST_FIRST: readonly Finding['severity'][] = ['unrated', ...SEVERITIES];
const rank = ({ severity }: Finding): number => WORST_FIRST.indexOf(severity);

/** A path as it is, however it is written: `file:///w/./src/a%20b.js` is `/w/src/a b.js`. */
function placeOf(path: string): string {
  const said = path.replace(/^file:\/\/(?:localhost)?(?=\/)/i, '').replaceAll('\\', '/');
  return posix.normalize(decoded(said)).replace(/^\.\//, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
