import { entryFor } from '../../model/playbook/pointer.js';
import { didNotPass } from '../../model/state/standing.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import { mayGoOn } from '../../model/verdict.js';
import type { Extras } from './extras.js';
import { folded, html, type Html, NOTHING, pointer, table } from './html.js';
import {
  clockText,
  roleName,
  rollbackName,
  sinceStart,
  STEP_WORDS,
  stepName,
  takenBackBy,
  timeText,
  tookMs,
} from './words.js';

function failedStep(where: string, step: StepRecord, needed = true, entry?: string): Html {
  const failure = step.failure;
  return html`<div class="${needed ? 'bad' : 'warn'}"><b>${where}: ${step.title}</b> ${needed ? STEP_WORDS[step.status] : 'failed, and was not needed'} <span class="soft small">${failure?.code ?? ''}</span><br>${failure?.message ?? 'It gave no reason.'}${folded(failure)}${failure?.hint ? html`<br><span class="soft small">What to do: ${failure.hint}</span>` : NOTHING}${pointer(entry)}</div>`;
}

const bad = (step: StepRecord) => step.status === 'failed' || step.status === 'undo-failed';

/** What failed, and what was done about it: steps, earlier attempts, rollbacks, operator choices. */
export function failures(state: GoLiveState, { planned }: Pick<Extras, 'planned'>): Html | undefined {
  const pieces: Html[] = [];
  const notNeeded = new Set(
    planned.flatMap(({ id, steps }) => steps.filter(({ needed }) => !needed).map((step) => `${id}.${step.id}`)),
  );
  for (const phase of state.phases) {
    for (const earlier of phase.history) {
      pieces.push(
        html`<div class="warn"><b>${phase.index} ${phase.title}, attempt ${earlier.attempt}</b> ${mayGoOn(earlier.verdict) ? 'passed' : 'did not pass'}; attempt ${phase.attempt} ${phase.status === 'passed' ? 'passed' : `is ${phase.status}`}.<br>${earlier.sentence}</div>`,
      );
    }
    const failed = phase.steps.filter(bad).map((step) => ({ step, needed: !notNeeded.has(`${phase.id}.${step.id}`) }));
    for (const { step, needed } of failed) {
      const entry = entryFor(state.playbook, phase.id, step.id);
      pieces.push(failedStep(`${phase.index} ${phase.title}`, step, needed, entry));
    }
    if (didNotPass(phase) && phase.status !== 'cancelled' && !failed.some(({ needed }) => needed)) {
      pieces.push(
        html`<div class="bad"><b>${phase.index} ${phase.title}</b> did not pass.<br>${phase.sentence ?? ''}</div>`,
      );
    }
  }
  for (const { index, title, takenBackBy: by } of state.phases) {
    if (by !== undefined)
      pieces.push(html`<div class="warn"><b>${index} ${title}</b> was taken back by ${by}: it does not stand.</div>`);
  }
  for (const piece of takenBackBy(state).flatMap((rollback) => wayBack(state, rollback))) pieces.push(piece);
  for (const choice of state.operator) {
    pieces.push(
      html`<div class="warn"><b>${choice.by}</b> as ${roleName(state, choice.role)} chose <b>${choice.choice}</b> for ${choice.about} ${sinceStart(state, choice.at)}${choice.reason ? html`: “${choice.reason}”` : NOTHING}</div>`,
    );
  }
  return pieces.length === 0 ? undefined : html`${pieces}`;
}

/** What was held and let go at the end: it takes nothing back. */
export function released(state: GoLiveState): Html | undefined {
  const back = takenBackBy(state);
  const releases = state.rollbacks.filter((one) => !back.includes(one));
  return releases.length === 0 ? undefined : html`${releases.map((one) => wayBack(state, one))}`;
}

function wayBack(state: GoLiveState, rollback: GoLiveState['rollbacks'][number]): Html[] {
  const { status, title, steps } = rollback;
  const name = rollbackName(rollback);
  const incomplete = status === 'incomplete';
  const done = steps.map(
    (step) => html`<li>${STEP_WORDS[step.status]}: ${step.title}${step.summary ? ` (${step.summary})` : ''}</li>`,
  );
  return [
    html`<div class="${incomplete ? 'bad' : 'warn'}"><b>${name}, ${incomplete ? 'INCOMPLETE' : status}: ${title}</b> <span class="soft small">${sinceStart(state, rollback.startedAt)}, took ${clockText(tookMs(rollback))}</span><br>because of: ${rollback.because}<ul>${done}</ul></div>`,
    ...steps.filter(bad).map((step) => failedStep(name, step)),
  ];
}

export function refusals(state: GoLiveState): Html | undefined {
  if (state.refusals.length === 0) return undefined;
  const rows = state.refusals.map((one) => [
    timeText(one.at),
    one.message,
    one.by,
    html`${one.reason}<br><span class="soft small">${one.hint}</span>`,
  ]);
  const columns = [{ title: 'When' }, { title: 'Message' }, { title: 'By' }, { title: 'Why it was refused' }];
  return html`<p class="soft small">Messages that were refused changed nothing.</p>${table(columns, rows)}`;
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
    return [guard.title, stepName(state, `${phase}.${step}`), html`<code>${guard.trips}</code>`, outcome];
  });
  return table([{ title: 'Guard' }, { title: 'Watched while' }, { title: 'Trips when' }, { title: 'Outcome' }], rows);
}
