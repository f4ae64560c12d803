import type { TopLevelSpec } from 'vega-lite';
import type { GoLiveState } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Verdict } from '../../model/verdict.js';
import { spanOf } from './records.js';
import { rollbackName } from './words.js';
import { plannedTimes } from '../../model/plan/critical-path.js';
import { largest, smallest } from '../../model/largest.js';

/** Dark enough on white for text and marks (WCAG AA), and apart for colour-blind eyes together with their signs. */
export const COLOURS: Record<Verdict | 'pending', string> = {
  go: '#1a7f37',
  waived: '#9a6700',
  inconclusive: '#6e40c9',
  'no-go': '#b42318',
  pending: '#57606a',
};
const PLANNED = '#c4ccd5';
const EARLIER = '#e5a19a';

/** Draws with packages that load for longer than a worker needs to begin a step: only who draws waits for them. */
async function draw(spec: TopLevelSpec): Promise<string> {
  const vega = await import('vega');
  const { compile } = await import('vega-lite');
  const config = { font: 'sans-serif', view: { stroke: null }, background: 'transparent' };
  const compiled = compile(spec, { config, logger: vega.logger(vega.Error) }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  try {
    // The figure around it speaks for screen readers.
    return (await view.toSVG()).replace('<svg ', '<svg aria-hidden="true" focusable="false" ');
  } finally {
    view.finalize();
  }
}

/** Numbers of a gate in the unit of its axis. */
function scaled(gate: GateResult): { factor: number; suffix: string } {
  if (gate.unit === 'percent') return { factor: 100, suffix: ' %' };
  if (gate.unit !== 'ms') return { factor: 1, suffix: '' };
  const top = largest(numbersOf(gate).map(Math.abs)) ?? 0;
  if (top >= 600_000) return { factor: 1 / 60_000, suffix: ' min' };
  return top >= 5000 ? { factor: 1 / 1000, suffix: ' s' } : { factor: 1, suffix: ' ms' };
}

function numbersOf(gate: GateResult): number[] {
  const value = typeof gate.value === 'number' ? [gate.value] : [];
  return [...value, gate.low, gate.high, ...(gate.interval ?? [])].filter(
    (x): x is number => x !== undefined && Number.isFinite(x),
  );
}

function domainOf(gate: GateResult): [number, number] {
  const numbers = numbersOf(gate);
  const top = largest([0, ...numbers]) ?? 0;
  const bottom = smallest([0, ...numbers]) ?? 0;
  if (gate.unit === 'count' || gate.unit === 'ms' || top > 1)
    return [bottom * 1.15, Math.max(gate.unit === 'count' ? 5 : 0, top * 1.15) || 1];
  return [bottom * 1.15, top <= 0.1 ? 0.2 : 1];
}

/** The part of the axis where the gate holds. */
function goodZone(gate: GateResult, [from, to]: [number, number]): [number, number] | undefined {
  if (gate.low === undefined && gate.high === undefined) return undefined;
  return [Math.max(from, gate.low ?? from), Math.min(to, gate.high ?? to)];
}

/**
 * One gate as a bar: the zone where it holds, the threshold, the Wilson interval, and the value as a diamond.
 *
 * @returns an SVG of 260 × 44 without any text from outside; undefined when there is no number to draw
 */
export async function gateChart(gate: GateResult): Promise<string | undefined> {
  if (numbersOf(gate).length === 0) return undefined;
  const { factor, suffix } = scaled(gate);
  const domain = domainOf(gate);
  const at = (x: number) => x * factor;
  const scale = { domain: domain.map(at), nice: false, zero: false };
  const axis = {
    title: null,
    grid: false,
    domain: false,
    tickCount: 4,
    tickSize: 3,
    labelFontSize: 9,
    labelColor: '#57606a',
    labelFlush: true,
    labelExpr: `datum.label + '${suffix}'`,
  };
  const x = { field: 'x', type: 'quantitative', scale, axis } as const;
  const bar = (from: number, to: number, height: number, color: string, opacity = 1) => ({
    data: { values: [{ x: at(from), x2: at(to) }] },
    mark: { type: 'bar', height, color, opacity },
    encoding: { x, x2: { field: 'x2' } },
  });
  const zone = goodZone(gate, domain);
  const limits = [...new Set([gate.low, gate.high])].filter((limit): limit is number => limit !== undefined);
  const layer: unknown[] = [bar(domain[0], domain[1], 14, '#eef1f4')];
  if (zone) layer.push(bar(zone[0], zone[1], 14, '#cfe8d5'));
  if (gate.interval) layer.push(bar(gate.interval[0], gate.interval[1], 4, '#424a53', 0.75));
  for (const limit of limits) {
    layer.push({
      data: { values: [{ x: at(limit) }] },
      mark: { type: 'tick', size: 26, thickness: 2.5, color: '#1f2328' },
      encoding: { x },
    });
  }
  if (typeof gate.value === 'number' && Number.isFinite(gate.value)) {
    layer.push({
      data: { values: [{ x: at(gate.value) }] },
      mark: {
        type: 'point',
        shape: 'diamond',
        filled: true,
        size: 150,
        opacity: 1,
        color: COLOURS[gate.verdict],
        stroke: '#ffffff',
        strokeWidth: 1.2,
      },
      encoding: { x },
    });
  }
  return draw({
    width: 236,
    height: 26,
    padding: { left: 8, right: 12, top: 2, bottom: 2 },
    autosize: { type: 'pad' },
    layer,
  } as unknown as TopLevelSpec);
}

interface Span {
  row: string;
  lane: 'planned' | 'actual';
  kind: string;
  from: number;
  to: number;
}

const LONGEST_LABEL = 34;

/** Bars of the timeline, in seconds from the start, at the pace of this go-live. */
function spansOf(state: GoLiveState): { rows: string[]; spans: Span[] } {
  const start = Date.parse(state.startedAt);
  const seconds = (iso: string) => (Date.parse(iso) - start) / 1000;
  const pace = Math.max(1, state.timeScale) * 1000;
  const spans: Span[] = [];
  const rows: string[] = [];
  const label = (text: string) => {
    const flat = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
    const short = flat.length > LONGEST_LABEL ? `${flat.slice(0, LONGEST_LABEL - 1)}…` : flat;
    rows.push(short);
    return short;
  };
  const times = plannedTimes(state.phases);
  for (const [at, phase] of state.phases.entries()) {
    const row = label(`${phase.index} ${phase.title}`);
    const { earliestStartMs: from = 0, earliestFinishMs: to = 0 } = times[at] ?? {};
    spans.push({ row, lane: 'planned', kind: 'planned', from: from / pace, to: to / pace });
    for (const earlier of phase.history) {
      const { startedAt, endedAt } = spanOf(earlier.steps);
      if (startedAt && endedAt)
        spans.push({ row, lane: 'actual', kind: 'earlier attempt', from: seconds(startedAt), to: seconds(endedAt) });
    }
    const end = phase.endedAt ?? state.endedAt;
    if (phase.startedAt && end) {
      spans.push({
        row,
        lane: 'actual',
        kind: phase.status === 'passed' ? 'passed' : 'not passed',
        from: seconds(phase.startedAt),
        to: seconds(end),
      });
    }
  }
  for (const [index, rollback] of state.rollbacks.entries()) {
    const row = label(`↶${index + 1} ${rollbackName(rollback)}`);
    const end = rollback.endedAt ?? state.endedAt ?? rollback.startedAt;
    spans.push({ row, lane: 'actual', kind: 'rollback', from: seconds(rollback.startedAt), to: seconds(end) });
  }
  return { rows, spans };
}

const KINDS = {
  planned: PLANNED,
  passed: COLOURS.go,
  'not passed': COLOURS['no-go'],
  'earlier attempt': EARLIER,
  rollback: COLOURS.waived,
};

/** Two bars a phase: planned above, actual below; rollbacks in rows of their own. */
export async function timelineChart(state: GoLiveState): Promise<string | undefined> {
  const { rows, spans } = spansOf(state);
  if (spans.length === 0) return undefined;
  const longest = largest([1, ...spans.map((span) => span.to)]) ?? 1;
  // Axis labels are m:ss below 20 minutes, h:mm above.
  const unit = longest < 1200 ? 1 : 60;
  const values = spans.map((span) => ({
    ...span,
    from: span.from / unit,
    to: Math.max(span.to, span.from + longest / 400) / unit,
  }));
  const seen = Object.keys(KINDS).filter((kind) => spans.some((span) => span.kind === kind));
  const spec = {
    width: 660,
    height: { step: 13 },
    padding: 4,
    data: { values },
    mark: { type: 'bar', cornerRadius: 1 },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        sort: rows,
        scale: { paddingInner: 0.35 },
        axis: { title: null, domain: false, ticks: false, labelLimit: 340, labelFontSize: 11, labelColor: '#1f2328' },
      },
      yOffset: { field: 'lane', sort: ['planned', 'actual'] },
      x: {
        field: 'from',
        type: 'quantitative',
        scale: { domain: [0, longest / unit], nice: false },
        axis: {
          title: unit === 1 ? 'minutes:seconds from the start' : 'hours:minutes from the start',
          titleFontSize: 10,
          titleFontWeight: 'normal',
          gridColor: '#e6e9ed',
          domain: false,
          labelFontSize: 10,
          values: ticks(longest / unit),
          labelExpr: "floor(datum.value / 60) + ':' + format(datum.value % 60, '02d')",
        },
      },
      x2: { field: 'to' },
      color: {
        field: 'kind',
        type: 'nominal',
        scale: { domain: seen, range: seen.map((kind) => KINDS[kind as keyof typeof KINDS]) },
        legend: { orient: 'top', title: null, labelFontSize: 11, symbolType: 'square' },
      },
    },
  };
  return draw(spec as unknown as TopLevelSpec);
}

/** Whole ticks, at most ten, at steps that clocks have. */
function ticks(end: number): number[] {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440].find((size) => end / size <= 10) ?? Math.ceil(end / 10);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}
