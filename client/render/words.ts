import { formatClock, formatDuration } from '../../model/duration.js';
import type { StepProgress } from '../../model/state/contract.js';
import type { LimitOp } from '../../model/plan/plan.js';
import type { PhaseStatus, StepStatus } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Verdict } from '../../model/verdict.js';
import type { Style } from './style.js';
import { clean } from './text.js';

type Status = StepStatus | PhaseStatus | Verdict | 'incomplete';

const MARKS: Record<Status, string> = {
  pending: ' ',
  waiting: '●',
  running: '▶',
  passed: '✓',
  done: '✓',
  go: '✓',
  failed: '✗',
  'no-go': '✗',
  'undo-failed': '✗',
  incomplete: '✗',
  skipped: '–',
  cancelled: '■',
  undone: '↶',
  waived: '◇',
  inconclusive: '?',
};

/** The one character that stands for a status, coloured by what it means. */
export function mark(status: Status, style: Style): string {
  const sign = MARKS[status];
  if (sign === '✓') return style.good(sign);
  if (sign === '✗' || sign === '?' || sign === '■') return style.bad(sign);
  if (sign === '●' || sign === '◇' || sign === '↶') return style.warn(sign);
  return sign === '▶' ? style.accent(sign) : sign;
}

/** A verdict in capitals, coloured. */
export function verdictWord(verdict: Verdict | 'pending', style: Style): string {
  const word = style.bold(verdict.toUpperCase());
  if (verdict === 'go') return style.good(word);
  if (verdict === 'waived' || verdict === 'pending') return style.warn(word);
  return style.bad(word);
}

const SIGNS: Record<LimitOp, string> = {
  atLeast: '≥',
  above: '>',
  atMost: '≤',
  below: '<',
  equals: '=',
  within: 'in',
  noWorseThan: 'no worse than',
};

/** A value of a gate as people read it: 0.9 as `0.90`, 0.69901 as `0.699`, percents ×100, times with their unit. */
export function gateValue(value: GateResult['value'], unit: GateResult['unit']): string {
  if (value === undefined) return 'no value';
  if (typeof value !== 'number') return clean(String(value), 40);
  if (unit === 'percent') return `${trim(value * 100, 1)} %`;
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'count' || Number.isInteger(value)) return trim(value, 2);
  const short = value.toFixed(3);
  return short.endsWith('0') ? value.toFixed(2) : short;
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** `accuracy 0.90 ≥ 0.70 ✓`: a gate as one piece of the board. */
export function gateChip(gate: GateResult, style: Style): string {
  const name = clean(gate.id.slice(gate.id.indexOf('.') + 1), 30);
  const threshold = clean(gate.threshold, 40);
  const sign = threshold.startsWith(SIGNS[gate.op]) ? '' : `${SIGNS[gate.op]} `;
  const text = `${name} ${gateValue(gate.value, gate.unit)} ${sign}${threshold} ${mark(gate.verdict, style)}`;
  return gate.waiver === undefined ? text : `${text} waived`;
}

/** `13/20 ━━━━━━━━━━━━╌╌╌╌╌╌ 0:02:51 left`; nothing where the step tells no numbers. */
export function progressBar(progress: StepProgress, nowMs: number, style: Style, cells = 18): string {
  const { done, total, forecast } = progress;
  if (done === undefined || total === undefined || !(total > 0)) return '';
  const full = Math.round(cells * Math.min(1, Math.max(0, done / total)));
  const bar = `${done}/${total} ${style.accent('━'.repeat(full))}${style.dim('╌'.repeat(cells - full))}`;
  const leftMs = forecast === undefined ? Number.NaN : Date.parse(forecast) - nowMs;
  return Number.isFinite(leftMs) ? `${bar} ${formatClock(leftMs)} left` : bar;
}
