import { formatDuration } from '../duration.js';
import type { GateResult } from './gate.js';

/**
 * A value of a gate as people read it by itself: 0.9 as `0.90`, 0.69901 as `0.699`, percents ×100, times with their
 * unit. A gate's sentence has its own form, with as many decimals as tell a value from its bar.
 */
export function valueText(value: GateResult['value'], unit: GateResult['unit']): string {
  if (value === undefined) return 'no value';
  if (typeof value !== 'number') return String(value);
  if (unit === 'percent') return `${Number((value * 100).toFixed(1))} %`;
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'count' || Number.isInteger(value)) return String(Number(value.toFixed(3)));
  const three = value.toFixed(3);
  return three.endsWith('0') ? value.toFixed(2) : three;
}
