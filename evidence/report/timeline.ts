import { actualPath, criticalPath, plannedTimes } from '../../model/plan/critical-path.js';
import { needsOf, runsBeside } from '../../model/plan/needs.js';
import type { GoLiveState } from '../../model/state/state.js';
import { spanOf } from './records.js';
import { chip, type Column, html, type Html, NOTHING, raw, table } from './html.js';
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
    const slack = slackMs === 0 ? 'none: critical' : clockText(slackMs / pace);
    const took = tookMs(phase);
    const allowed = phase.plannedMs / pace;
    const earlier = phase.history.map(({ attempt, steps }) => `attempt ${attempt} ${clockText(tookMs(spanOf(steps)))}`);
    const before = `${earlier.join(', ')}, then attempt ${phase.attempt}`;
    const status = html`<span class="soft">${phase.status === 'pending' ? 'did not run' : phase.status}</span>`;
    return [
      html`${phase.index} ${phase.title}${earlier.length > 0 ? html`<br><span class="soft small">${before}</span>` : NOTHING}`,
      phase.owner.map((role, nth) => html`${nth > 0 ? html`<br>` : NOTHING}${roleName(state, role)}`),
      `T+${clockText(earliestStartMs / pace)}`,
      sinceStart(state, phase.startedAt),
      clockText(allowed),
      clockText(took),
      againstPlan(took, allowed),
      ...(beside ? [titlesOf(state, needsOf(state.phases, phase.id)), slack] : []),
      html`${phase.takenBackBy ? html`<span class="soft">taken back by ${phase.takenBackBy}</span> ` : NOTHING}${phase.verdict ? chip(phase.verdict) : status}`,
    ];
  });
  const note =
    state.timeScale > 1
      ? html`<p class="soft small">A rehearsal ×${state.timeScale}: planned times are shown at that pace; work that cannot be hurried (starting services, answering requests) is not faster.</p>`
      : NOTHING;
  const path = beside
    ? html`<p>Critical path by the plan: ${titlesOf(state, criticalPath(state.phases))}. As it was: ${titlesOf(state, actualPath(state.phases)) || 'no phase ended'}.</p>`
    : html`<p>Critical path: all of them, one after another. As it was: ${titlesOf(state, actualPath(state.phases)) || 'no phase ended'}.</p>`;
  return html`${note}${path}${chart ? html`<figure class="wide" role="img" aria-label="Planned against actual time of each phase; the table below has the same figures">${raw(chart)}</figure>` : NOTHING}
${table(columns(beside), rows)}`;
}

function columns(beside: boolean): Column[] {
  return [
    { title: 'Phase' },
    { title: 'Owner', of: 'words' },
    { title: 'Planned start', of: 'figures' },
    { title: 'Started', of: 'figures' },
    { title: 'Planned', of: 'figures' },
    { title: 'Took', of: 'figures' },
    { title: 'Against plan', of: 'figures' },
    ...(beside ? [{ title: 'Waits for' }, { title: 'Slack by the plan', of: 'figures' as const }] : []),
    { title: '', of: 'words' },
  ];
}

function againstPlan(took: number | undefined, allowed: number): string {
  if (took === undefined) return '–';
  return took > allowed ? `${clockText(took - allowed)} over` : `${clockText(allowed - took)} under`;
}
