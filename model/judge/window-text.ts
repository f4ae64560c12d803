import type { WindowPlan } from '../plan/plan.js';
import { countText } from './count-text.js';
import { endOf, isReached, type SampleRecord, slotsOf, type WindowTally } from './window.js';
import { shareBounds } from './window-share.js';

/** One line for people. */
export function windowSentence(plan: WindowPlan, tally: WindowTally): string {
  const { slots, green, red, missed } = tally;
  const bad = [red > 0 ? `${red} red` : '', missed > 0 ? `${missed} missed` : ''].filter(Boolean).join(', ');
  const samples = `${green} of ${slots} samples green${bad ? ` (${bad})` : ''}`;
  const { share, consecutive, maxRed = 0 } = plan;
  if (consecutive !== undefined) return `${samples}; ${streakText(consecutive, tally, isReached(plan, tally))}.`;
  const goal = share ? shareText(share, tally) : `at most ${maxRed} bad of ${slotsOf(plan)} wanted`;
  return `${samples}; ${goal}${endText(plan, tally)}.`;
}

function streakText(consecutive: number, { streak, longest }: WindowTally, reached: boolean): string {
  return `${streak} running, ${consecutive} wanted${reached ? '' : `, longest ${longest}`}`;
}

/** The arithmetic of a share, with how often it was looked at. */
function shareText({ limit }: NonNullable<WindowPlan['share']>, { counted, looks = 0 }: WindowTally): string {
  const needs = `needs ${limit.op === 'atMost' ? '≤' : '≥'} ${percent(limit.threshold)}`;
  if (!counted || counted.whole === 0) return `nothing counted in ${times(looks)}, ${needs}`;
  const { part, whole } = counted;
  const { lower, upper } = shareBounds(counted);
  const bounds = `for any number of looks between ${percent(lower, limit.threshold)} and ${percent(upper, limit.threshold)}`;
  return `share ${percent(part / whole)} (${countText(part)} of ${countText(whole)} in ${times(looks)}), ${bounds}, ${needs}`;
}

const times = (looks: number): string => `${looks} ${looks === 1 ? 'look' : 'looks'}`;

/** A share with three digits, more where they would hide a difference. */
function percent(share: number, apartFrom = share): string {
  for (let digits = 3; digits < 9; digits += 1) {
    const [text, other] = [share, apartFrom].map((one) => Number((one * 100).toPrecision(digits)));
    if (share === apartFrom || text !== other) return `${text} %`;
  }
  return `${share * 100} %`;
}

const ENDS = { reached: 'certain', 'out-of-reach': 'certainly not', 'time-over': 'not certain', guard: 'stopped' };

function endText(plan: WindowPlan, tally: WindowTally): string {
  const end = endOf(plan, tally);
  return end === undefined ? '' : `: ${ENDS[end]} at sample ${tally.slots} of ${slotsOf(plan)}`;
}

/** Progress as Markdown, for the Web UI. */
export function windowBoard(
  title: string,
  plan: WindowPlan,
  tally: WindowTally,
  last: readonly SampleRecord[],
): string {
  const rows = last.toReversed().map(({ n, due, outcome, why = '' }) => {
    return `| ${n} | ${due} | ${outcome} | ${why.replaceAll('|', '\\|').slice(0, 200)} |`;
  });
  return [
    `## ${title}`,
    '',
    `${windowSentence(plan, tally)} At most ${slotsOf(plan)} samples.`,
    '',
    '| # | due | outcome | why |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
