import type { GoLiveState } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import { gateChart, timelineChart } from './charts.js';
import { detail } from './detail.js';
import { failures, guards, refusals, released } from './events.js';
import type { Extras } from './extras.js';
import { gates } from './gates.js';
import { approvals, banner, breakGlass, decisions, facts, modeBar, waivers, worstNews } from './head.js';
import { html, type Html, NOTHING, section, table } from './html.js';
import { notChecked } from './not-checked.js';
import { pageOf } from './page.js';
import { againCommands, verifyCommands } from './reproduce.js';
import { shownSections } from './shown.js';
import { statesTable } from './states.js';
import { runningHeader, STYLE } from './style.js';
import { timeline } from './timeline.js';
import { headline, modeText } from './words.js';

/**
 * The report as one self-contained HTML page, without scripts and without anything from elsewhere. It depends on its
 * arguments alone, so the same go-live gives the same bytes.
 */
export async function renderReport(state: GoLiveState, extras: Extras): Promise<string> {
  const charts = new Map<GateResult, string>();
  for (const gate of state.phases.flatMap((phase) => phase.gates)) {
    const chart = await gateChart(gate);
    if (chart !== undefined) charts.set(gate, chart);
  }
  const title = `${headline(state).words} · ${state.runbook.title} · ${modeText(state)}`;
  const style = STYLE + runningHeader(state.mode, state.timeScale);
  return pageOf(
    { title, style, images: true },
    html`${modeBar(state)}
<main>
${banner(state)}
${breakGlass(state)}${waivers(state)}
${decisions(state)}
${worstNews(state)}
${facts(state, extras)}
${section('Before and after', statesTable(state, extras.states))}
${section('Not checked', unchecked(state, extras))}
${section('Who approved what', approvals(state, extras))}
${section('Gates', gates(state.phases, charts))}
${section('Timeline: planned against actual', timeline(state, await timelineChart(state)))}
${shownSections(state, extras, 'figures')}
${section('What failed, and what was done', failures(state, extras))}
${shownSections(state, extras, 'failures')}
${section('Released at the end', released(state))}
${section('Guards', guards(state, extras))}
${section('Refused messages', refusals(state))}
${section('How to verify and to reproduce', verify(state, extras))}
${section('Every step', detail(state))}
</main>`,
  );
}

function verify(state: GoLiveState, extras: Extras): Html {
  const missing = state.bundle?.missing ?? [];
  return html`${missing.length > 0 ? html`<div class="bad"><b>Missing in the bundle</b><ul>${missing.map((one) => html`<li>${one}</li>`)}</ul></div>` : NOTHING}
<p>In the folder that holds <code>manifest-sha256.txt</code>:</p><pre>${verifyCommands(state).join('\n')}</pre>
<p>The same again, ${state.takesBack ? 'as the sealed bundle of the first go-live says it' : 'with the runbook and the inputs of this go-live'}:</p><pre>${againCommands(state, extras).join('\n')}</pre>
<p class="soft small">Runbook ${state.runbook.id}, SHA-256 <span class="mono">${state.runbook.sha256}</span><br>Plan digest <span class="mono">${state.planDigest}</span><br>Digest of the approved bundle <span class="mono">${state.bundle?.digest ?? 'none'}</span></p>`;
}

function unchecked(state: GoLiveState, extras: Extras): Html | undefined {
  const rows = notChecked(state, extras).map(({ what, why }) => [what, why]);
  return rows.length === 0 ? undefined : table([{ title: 'What' }, { title: 'Why not' }], rows);
}
