import type { Expected } from '../cases/scenarios.js';

/** How answers differ from what was found, for a fault: those behind so many cases served, of a verdict, of some cases. */
export interface AnswerRule {
  /** Cases served before it begins. */
  after?: number;
  /** Cases served when it ends. */
  until?: number;
  /** Only those that were found to be so. */
  of?: Expected;
  /** Only so many different cases of them, the first that come; the same ones again in a later run. */
  cases?: number;
  verdict?: Expected;
  status?: 422 | 429 | 500;
  stub?: true;
  delayMs?: number;
  /** Written to the log, once. */
  critical?: string;
}

export interface Spoilt {
  verdict: Expected;
  status: 200 | 422 | 429 | 500;
  stub: { stub?: true };
  delayMs: number;
  critical?: string;
}

const FOREVER = Number.POSITIVE_INFINITY;

/** Reads LC_ANSWERS. @throws Error for what is no list */
export function answerRules(text: string | undefined): AnswerRule[] {
  if (!text) return [];
  const rules: AnswerRule[] = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('LC_ANSWERS must be a list of rules');
  return rules;
}

/** Gives the answer to a case by the first rule that meets it. */
export function spoiler(rules: readonly AnswerRule[]): (served: number, id: string, found: Expected) => Spoilt {
  const met = rules.map(() => new Set<string>());
  const logged = new Set<AnswerRule>();
  return (served, id, found) => {
    const at = rules.findIndex(({ after = 0, until = FOREVER, of = found, cases = FOREVER }, index) => {
      const seen = met[index];
      return (
        served > after && served <= until && of === found && seen !== undefined && (seen.has(id) || seen.size < cases)
      );
    });
    const rule = rules[at];
    if (!rule) return { verdict: found, status: 200, stub: {}, delayMs: 0 };
    met[at]?.add(id);
    const critical = rule.critical !== undefined && !logged.has(rule) ? { critical: rule.critical } : {};
    logged.add(rule);
    return {
      verdict: rule.verdict ?? found,
      status: rule.status ?? 200,
      stub: rule.stub ? { stub: true } : {},
      delayMs: rule.delayMs ?? 0,
      ...critical,
    };
  };
}
