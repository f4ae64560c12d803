import { formatClock } from '../../model/duration.js';
import type { StepProgress } from '../../model/state/contract.js';
import { valueText } from '../../model/judge/value-text.js';
import type { LimitOp } from '../../model/plan/gate-plan.js';
import { SIGNS, type Status } from '../../model/state/signs.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Verdict } from '../../model/verdict.js';
import type { Style } from './style.js';
import { clean } from './text.js';

/** The one character that stands for a status, coloured by what it means. */
export function mark(status: Status, style: Style): string {
  // What has not begun has no sign: the column stays quiet.
  const sign = status === 'pending' ? ' ' : SIGNS[status];
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

const OPERATORS: Record<LimitOp, string> = {
  atLeast: '≥',
  above: '>',
  atMost: '≤',
  below: '<',
  equals: '=',
  within: 'in',
  noWorseThan: 'no worse than',
};

/** `accuracy 0.90 ≥ 0.70 ✓`: a gate as one piece of the board. */
export function gateChip(gate: GateResult, style: Style): string {
  const name = clean(gate.id.slice(gate.id.indexOf('.') + 1), 30);
  const threshold = clean(gate.threshold, 40);
  const sign = threshold.startsWith(OPERATORS[gate.op]) ? '' : `${OPERATORS[gate.op]} `;
  const text = `${name} ${clean(valueText(gate.value, gate.unit), 40)} ${sign}${threshold} ${mark(gate.verdict, style)}`;
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
