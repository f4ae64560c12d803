import { didNotPass } from '../../model/state/standing.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import { mayGoOn } from '../../model/verdict.js';
import type { Extras } from './extras.js';
import { folded, html, type Html, NOTHING } from './html.js';
import { clockText, roleName, sinceStart, STEP_WORDS, timeText, tookMs } from './words.js';

function failedStep(where: string, step: StepRecord): Html {
  const failure = step.failure;
  return html`<div class="bad"><b>${where} · ${step.title}</b> ${STEP_WORDS[step.status]} <span class="soft small">${failure?.code ?? ''}</span><br>${failure?.message ?? 'It gave no reason.'}${folded(failure)}${failure?.hint ? html`<br><span class="soft small">What to do: ${failure.hint}</span>` : NOTHING}</div>`;
}

const bad = (step: StepRecord) => step.status === 'failed' || step.status === 'undo-failed';

/** What failed, and what was done about it: steps, earlier attempts, rollbacks, operator choices. */
export function failures(state: GoLiveState): Html | undefined {
  const pieces: Html[] = [];
  for (const phase of state.phases) {
    for (const earlier of phase.history) {
      pieces.push(
        html`<div class="warn"><b>${phase.index} ${phase.title}, attempt ${earlier.attempt}</b> ${mayGoOn(earlier.verdict) ? 'passed' : 'did not pass'}; attempt ${phase.attempt} ${phase.status === 'passed' ? 'passed' : `is ${phase.status}`}.<br>${earlier.sentence}</div>`,
      );
    }
    for (const step of phase.steps.filter(bad)) pieces.push(failedStep(`${phase.index} ${phase.title}`, step));
    for (const step of phase.steps.filter(({ skipped }) => skipped !== undefined)) {
      pieces.push(
        html`<div class="warn"><b>${phase.index} ${phase.title} · ${step.title}</b> was skipped: ${step.skipped}</div>`,
      );
    }
    if (didNotPass(phase) && phase.status !== 'cancelled' && !phase.steps.some(bad)) {
      pieces.push(
        html`<div class="bad"><b>${phase.index} ${phase.title}</b> did not pass.<br>${phase.sentence ?? ''}</div>`,
      );
    }
  }
  for (const { index, title, takenBackBy } of state.phases) {
    if (takenBackBy !== undefined)
      pieces.push(
        html`<div class="warn"><b>${index} ${title}</b> was taken back by ${takenBackBy}: it does not stand.</div>`,
      );
  }
  for (const rollback of state.rollbacks) {
    const name = rollback.id === 'undo' ? 'Undo' : `Rollback ${rollback.id}`;
    const steps = rollback.steps.map(
      (step) => html`<li>${STEP_WORDS[step.status]}: ${step.title}${step.summary ? ` (${step.summary})` : ''}</li>`,
    );
    pieces.push(
      html`<div class="${rollback.status === 'incomplete' ? 'bad' : 'warn'}"><b>${name} ${rollback.status === 'incomplete' ? 'INCOMPLETE' : rollback.status}: ${rollback.title}</b> <span class="soft small">${sinceStart(state, rollback.startedAt)}, took ${clockText(tookMs(rollback))}</span><br>because of ${rollback.because}<ul>${steps}</ul></div>`,
    );
    for (const step of rollback.steps.filter(bad)) pieces.push(failedStep(name, step));
  }
  for (const choice of state.operator) {
    pieces.push(
      html`<div class="warn"><b>${choice.by}</b> as ${roleName(state, choice.role)} chose <b>${choice.choice}</b> for ${choice.about} ${sinceStart(state, choice.at)}${choice.reason ? html`: “${choice.reason}”` : NOTHING}</div>`,
    );
  }
  return pieces.length === 0 ? undefined : html`${pieces}`;
}

export function refusals(state: GoLiveState): Html | undefined {
  if (state.refusals.length === 0) return undefined;
  const rows = state.refusals.map(
    (one) =>
      html`<tr><td class="nowrap">${timeText(one.at)}</td><td>${one.message}</td><td>${one.by}</td><td>${one.reason}<br><span class="soft small">${one.hint}</span></td></tr>`,
  );
  return html`<p class="soft small">Messages that were refused changed nothing.</p><table><thead><tr><th>When</th><th>Message</th><th>By</th><th>Why it was refused</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** Conditions that were watched while steps ran. */
export function guards(state: GoLiveState, extras: Extras): Html | undefined {
  if (extras.guards.length === 0) return undefined;
  const rows = extras.guards.map(({ phase, step, guard }) => {
    const attempts = state.phases
      .filter((one) => one.id === phase)
      .flatMap((one) => [...one.history.flatMap(({ steps }) => steps), ...one.steps]);
    const records = attempts.filter((record) => record.id === step && record.status !== 'pending');
    const tripped = records.find(
      (record) => record.failure?.code === 'GUARD_TRIPPED' && record.failure.facts?.guard === guard.id,
    );
    const outcome = tripped
      ? html`<b>✗ TRIPPED</b>: ${tripped.failure?.message ?? ''}`
      : records.length === 0
        ? 'the step did not run'
        : '✓ did not trip';
    return html`<tr><td>${guard.title}</td><td>${phase} · ${step}</td><td><code>${guard.trips}</code></td><td>${outcome}</td></tr>`;
  });
  return html`<table><thead><tr><th>Guard</th><th>Watched while</th><th>Trips when</th><th>Outcome</th></tr></thead><tbody>${rows}</tbody></table>`;
}
