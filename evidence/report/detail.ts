import type { EvidenceRef } from '../../model/evidence/manifest.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import { folded, html, type Html, NOTHING, table } from './html.js';
import { clockText, rollbackName, sinceStart, STEP_WORDS, tookMs } from './words.js';

/** Every step of every attempt, with what it found and left. */
export function detail(state: GoLiveState): Html {
  const phases = state.phases.map((phase) => {
    const earlier = phase.history.map(
      ({ attempt, steps }) => html`<h4>attempt ${attempt}</h4>${stepsTable(state, steps)}`,
    );
    const heading = phase.history.length > 0 ? html`<h4>attempt ${phase.attempt}</h4>` : NOTHING;
    return html`<h3>${phase.index} ${phase.title}</h3>${earlier}${heading}${phase.steps.length > 0 ? stepsTable(state, phase.steps) : html`<p class="soft">It did not run.</p>`}`;
  });
  const rollbacks = state.rollbacks.map(
    (rollback) => html`<h3>${rollbackName(rollback)}: ${rollback.title}</h3>${stepsTable(state, rollback.steps)}`,
  );
  return html`${phases}${rollbacks}`;
}

function stepsTable(state: GoLiveState, steps: readonly StepRecord[]): Html {
  const rows = steps.map((step) => [
    html`${step.title}<br><span class="soft small">${step.id} · ${step.uses}${step.epoch > 1 ? ` · opened ${step.epoch} times` : ''}</span>`,
    STEP_WORDS[step.status],
    sinceStart(state, step.startedAt),
    clockText(tookMs(step)),
    html`${step.failure?.message ?? step.skipped ?? step.summary ?? ''}${folded(step.failure)}${files(step.evidence ?? [])}`,
  ]);
  return table(
    [
      { title: 'Step' },
      { title: '', of: 'words' },
      { title: 'Started', of: 'figures' },
      { title: 'Took', of: 'figures' },
      { title: 'Found, and evidence' },
    ],
    rows,
  );
}

function files(evidence: readonly EvidenceRef[]): Html {
  if (evidence.length === 0) return NOTHING;
  return html`<ul class="evidence">${evidence.map((file) => html`<li><a href="${linkTo(file.path)}">${file.path}</a> · ${file.bytes} bytes · ${file.sha256.slice(0, 12)}</li>`)}</ul>`;
}

/** A link below the report's own folder, whatever the path says. */
function linkTo(path: string): string {
  return `./${path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map(encodeURIComponent)
    .join('/')}`;
}
