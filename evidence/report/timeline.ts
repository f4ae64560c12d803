import { actualPath, criticalPath, plannedTimes } from '../../model/plan/critical-path.js';
import { needsOf, runsBeside } from '../../model/plan/needs.js';
import type { GoLiveState } from '../../model/state/state.js';
import { spanOf } from './records.js';
import { chip, html, type Html, NOTHING, raw } from './html.js';
import { clockText, roleName, sinceStart, tookMs } from './words.js';

/** Phases as people know them, in a row. */
function titlesOf({ phases }: GoLiveState, ids: readonly string[]): string {
  return phases
    .filter(({ id }) => ids.includes(id))
    .map(({ index, title }) => `${index} ${title}`)
    .join(', ');
}

/** Planned against actual, drawn and as a table. */
export function timeline(state: GoLiveState, chart: string | undefined): Html {
  const pace = Math.max(1, state.timeScale);
  const times = plannedTimes(state.phases);
  const beside = runsBeside(state.phases);
  const rows = state.phases.map((phase, at) => {
    const { earliestStartMs = 0, slackMs = 0 } = times[at] ?? {};
    const from = earliestStartMs / pace;
    const network = beside
      ? html`<td>${titlesOf(state, needsOf(state.phases, phase.id))}</td><td class="num">${slackMs === 0 ? 'none: critical' : clockText(slackMs / pace)}</td>`
      : NOTHING;
    const took = tookMs(phase);
    const allowed = phase.plannedMs / pace;
    const over =
      took === undefined
        ? '–'
        : took > allowed
          ? `${clockText(took - allowed)} over`
          : `${clockText(allowed - took)} under`;
    const earlier = phase.history.map(({ attempt, steps }) => `attempt ${attempt} ${clockText(tookMs(spanOf(steps)))}`);
    return html`<tr><td>${phase.index} ${phase.title}${earlier.length > 0 ? html`<br><span class="soft small">${earlier.join(', ')}, then attempt ${phase.attempt}</span>` : NOTHING}</td>
<td>${phase.owner.map((role) => roleName(state, role)).join(', ')}</td><td class="num">T+${clockText(from)}</td><td class="num">${sinceStart(state, phase.startedAt)}</td>
<td class="num">${clockText(allowed)}</td><td class="num">${clockText(took)}</td><td class="num">${over}</td>${network}<td>${phase.takenBackBy ? html`<span class="soft">taken back by ${phase.takenBackBy}</span> ` : NOTHING}${phase.verdict ? chip(phase.verdict) : html`<span class="soft">${phase.status === 'pending' ? 'did not run' : phase.status}</span>`}</td></tr>`;
  });
  const note =
    state.timeScale > 1
      ? html`<p class="soft small">A rehearsal ×${state.timeScale}: planned times are shown at that pace; work that cannot be hurried (starting services, answering requests) is not faster.</p>`
      : NOTHING;
  const path = beside
    ? html`<p>Critical path by the plan: ${titlesOf(state, criticalPath(state.phases))}. As it was: ${titlesOf(state, actualPath(state.phases)) || 'no phase ended'}.</p>`
    : NOTHING;
  return html`${note}${path}${chart ? html`<figure role="img" aria-label="Planned against actual time of each phase; the table below has the same figures">${raw(chart)}</figure>` : NOTHING}
<table><thead><tr><th>Phase</th><th>Owner</th><th class="num">planned start</th><th class="num">started</th><th class="num">planned</th><th class="num">took</th><th class="num">against plan</th>${beside ? html`<th>waits for</th><th class="num">slack by the plan</th>` : NOTHING}<th></th></tr></thead><tbody>${rows}</tbody></table>`;
}
