import { stepOfGate } from '../../model/plan/address.js';
import { type PhaseState } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import { VERDICTS } from '../../model/verdict.js';
import { chip, html, type Html, NOTHING, raw } from './html.js';
import { countText } from '../../model/judge/count-text.js';
import { valueText } from '../../model/judge/value-text.js';
import { marginText } from './words.js';

/** Charts by gate, drawn beforehand. */
export type Charts = ReadonlyMap<GateResult, string>;

/** Every gate of every phase: bar, value, interval, margin and sentence; the worst of a phase first. */
export function gates(phases: readonly PhaseState[], charts: Charts): Html | undefined {
  const judged = phases.filter((phase) => phase.gates.length > 0);
  if (judged.length === 0) return undefined;
  return html`<p class="soft small">In each bar: green ground = where the gate holds, line = threshold, band = Wilson 95 % interval of the share, diamond = the value.</p>
${judged.map((phase) => phaseGates(phase, charts))}`;
}

function phaseGates(phase: PhaseState, charts: Charts): Html {
  const groups = new Map<string, GateResult[]>();
  for (const gate of phase.gates) {
    const prefix = phase.steps.find((step) => step.id === stepOfGate(gate.id))?.id ?? '';
    groups.set(prefix, [...(groups.get(prefix) ?? []), gate]);
  }
  const tables = [...groups].map(([prefix, members]) => {
    const of = phase.steps.find((step) => step.id === prefix);
    const heading = of
      ? html`<h4>${of.id}: ${of.title}</h4>`
      : groups.size > 1
        ? html`<h4>The phase as a whole</h4>`
        : NOTHING;
    return html`${heading}<table class="gates"><tbody>${worstFirst(members).map((gate) => row(gate, charts))}</tbody></table>`;
  });
  return html`<h3>${phase.index} ${phase.title} ${phase.verdict ? chip(phase.verdict) : NOTHING}</h3>${tables}`;
}

function worstFirst(members: readonly GateResult[]): GateResult[] {
  return members.toSorted((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict));
}

function row(gate: GateResult, charts: Charts): Html {
  const chart = charts.get(gate);
  const mark = gate.verdict === 'go' ? '' : gate.verdict === 'waived' ? 'waivedrow' : 'failing';
  const notes = [gate.hard ? '' : 'soft: only warns', gate.floor ? 'floor: cannot be waived' : ''].filter(
    (note) => note !== '',
  );
  return html`<tr class="${mark}"><td class="verdict">${chip(gate.verdict)}</td>
<td><b>${gate.title}</b>${notes.length > 0 ? html` <span class="soft small">(${notes.join(', ')})</span>` : NOTHING}<br><span class="small">${gate.sentence}</span></td>
<td class="chart">${chart ? html`<figure role="img" aria-label="${gate.sentence}">${raw(chart)}</figure>` : html`<span class="soft small">no number to draw</span>`}</td>
<td class="figures">${figures(gate)}</td></tr>`;
}

function figures(gate: GateResult): Html {
  const lines: Html[] = [
    html`<b>${valueText(gate.value, gate.unit)}</b> <span class="nowrap">needs ${gate.threshold}</span>`,
  ];
  if (gate.n !== undefined)
    lines.push(
      html`n ${countText(gate.n)}${gate.successes === undefined ? '' : `, ${countText(gate.successes)} of them counted`}`,
    );
  if (gate.interval) lines.push(html`95 % ${gate.interval[0].toFixed(3)} to ${gate.interval[1].toFixed(3)}`);
  const margin = marginText(gate);
  if (margin !== undefined) lines.push(html`margin ${margin}`);
  if (gate.needed !== undefined && gate.needed > 0) lines.push(html`<b>${gate.needed} more would pass</b>`);
  return html`${lines.map((line) => html`<div>${line}</div>`)}`;
}
