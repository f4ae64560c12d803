import type { GateResult, GoLiveState } from '../../model/state.js';
import { confusion, failedCases, rateLimits } from './cases.js';
import { gateChart, timelineChart } from './charts.js';
import { detail } from './detail.js';
import { failures, guards, refusals } from './events.js';
import type { Extras } from './extras.js';
import { gates } from './gates.js';
import { approvals, banner, decisions, facts, modeBar, waivers, worstNews } from './head.js';
import { html, type Html, NOTHING, raw, section, withoutTricks } from './html.js';
import { reproduceText } from './reproduce.js';
import { STYLE } from './style.js';
import { timeline } from './timeline.js';

/** Nothing is loaded from anywhere and no script runs, whatever stands in the text. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * The report as one self-contained page. It takes times from the state only, so that drawing it again gives the same bytes.
 *
 * @param state the go-live at its end
 * @param extras what other files of the bundle add
 */
export async function renderReport(state: GoLiveState, extras: Extras): Promise<string> {
  const charts = new Map<GateResult, string>();
  for (const gate of state.phases.flatMap((phase) => phase.gates)) {
    const chart = await gateChart(gate);
    if (chart !== undefined) charts.set(gate, chart);
  }
  const chart = await timelineChart(state);
  const body = html`${modeBar(state)}<main>
${banner(state)}
${waivers(state)}
${worstNews(state)}
${facts(state)}
${section('Decisions', decisions(state))}
${section('Who approved what', approvals(state))}
${section('Gates', gates(state.phases, charts))}
${section('Time: planned against actual', timeline(state, chart))}
${section('Verdicts against the oracle', confusion(state))}
${section('Rate limits', rateLimits(state, extras))}
${section('Failed cases', failedCases(extras))}
${section('What failed, and what was done', failures(state))}
${section('Guards', guards(state, extras))}
${section('Refused messages', refusals(state))}
${section('How to verify and reproduce', reproduction(state))}
${section('Every step', detail(state))}
</main>`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${state.runbook.title} · ${state.id}</title><style>${raw(STYLE)}</style></head>
<body>${body}</body></html>
`;
  return withoutTricks(String(await page));
}

function reproduction(state: GoLiveState): Html {
  const text = reproduceText(state).split('\n').slice(2).join('\n').trim();
  return text === '' ? NOTHING : html`<pre class="reproduce">${text}</pre>`;
}
