import { needCount } from '../../model/people/need.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { ApprovalState, Vote } from '../../model/people/approval.js';
import { SIGNS } from '../../model/state/signs.js';
import { boxesOf } from './boxes.js';
import type { Extras } from './extras.js';
import { chip, html, type Html, NOTHING, pointer, table } from './html.js';
import { countGates } from './not-checked.js';
import {
  causeText,
  clockText,
  failedGates,
  headline,
  identityText,
  modeText,
  questionText,
  roleName,
  sinceStart,
  takenBackBy,
  timeText,
  tookMs,
} from './words.js';

/** What a reader must know on every page: whether this was a rehearsal. */
export function modeBar(state: GoLiveState): Html {
  const text = modeText(state);
  const note = state.mode === 'live' ? '' : ' · not a live go-live: times and figures are of a rehearsal';
  return html`<div class="mode ${state.mode === 'live' ? 'live' : ''}">${text}${note} · ${state.id}</div>
${state.mode === 'live' ? NOTHING : html`<div class="watermark" aria-hidden="true">${text}</div>`}`;
}

/** Verdict and decisions in words: what is read first. */
export function banner(state: GoLiveState): Html {
  const { verdict, words, below } = headline(state);
  return html`<header>
<h1>${state.runbook.title}</h1>
<p class="soft small">target <b>${state.target}</b> · change <b>${state.change}</b> · ${timeText(state.startedAt)} to ${timeText(state.endedAt)} · started by ${state.startedBy}</p>
<div class="banner fill-${verdict}"><div class="sign" aria-hidden="true">${SIGNS[verdict]}</div><div class="words">${words}</div><div class="below">${below}</div></div>
${state.rollbackIncomplete ? html`<div class="alarm">ROLLBACK INCOMPLETE: something was left as it is. The failed steps are listed under “What failed”.</div>` : NOTHING}
${state.aborted ? html`<div class="alarm">Aborted by ${state.aborted.by} at ${timeText(state.aborted.at)}: ${state.aborted.reason}</div>` : NOTHING}
</header>`;
}

export function decisions(state: GoLiveState): Html {
  if (state.decisions.length === 0)
    return html`<p class="lead">${causeText(state.sentence ?? 'It ended without a sentence.')}</p>`;
  return table(
    [{ title: '', of: 'words' }, { title: 'Decision' }, { title: 'Why' }],
    state.decisions.map((one) => [chip(one.verdict ?? 'pending'), html`<b>${one.title}</b>`, causeText(one.sentence)]),
  );
}

/** Failing gates with their arithmetic, before anything else is read. */
export function worstNews(state: GoLiveState): Html {
  const failed = failedGates(state);
  if (failed.length === 0) return NOTHING;
  const rows = failed.map(
    ({ phase, gate, entry }) =>
      html`<div class="bad">${chip(gate.verdict)} <b>${phase}: ${gate.title}</b><br>${causeText(gate.sentence)}${pointer(entry)}</div>`,
  );
  return html`<h3>${failed.length === 1 ? 'The gate that does not hold' : `The ${failed.length} gates that do not hold`}</h3>${rows}`;
}

/** The figures of the whole, each with what it is of. */
export function facts(state: GoLiveState, { planned: phases }: Pick<Extras, 'planned'>): Html {
  const passed = state.phases.filter((phase) => phase.status === 'passed').length;
  const repeated = state.phases.filter((phase) => phase.history.length > 0).length;
  const planned = state.plannedMs / Math.max(1, state.timeScale);
  const took = tookMs(state);
  // A go-live that stopped before its last phase is not early: it did less than was planned.
  const stopped = state.phases.some((phase) => phase.status === 'pending');
  const late =
    took === undefined || stopped
      ? ''
      : took > planned
        ? `${clockText(took - planned)} late`
        : `${clockText(planned - took)} early`;
  const back = takenBackBy(state).length;
  const people = new Set(state.approvals.flatMap((one) => one.votes.map((vote) => vote.by))).size;
  const items: [string, string][] = [
    [`${passed} of ${state.phases.length}`, `phases passed${repeated > 0 ? `, ${repeated} at a later attempt` : ''}`],
    gateFacts(state, phases),
    [
      clockText(took),
      `taken, planned ${clockText(planned)}${stopped ? ' for all phases' : late === '' ? '' : `: ${late}`}`,
    ],
    [
      String(back),
      `rollback${back === 1 ? '' : 's'}${state.rollbackIncomplete ? ', not all of it could be taken back' : ''}`,
    ],
    [String(people), `${people === 1 ? 'person' : 'people'} voted`],
  ];
  return html`<div class="facts">${items.map(([value, label]) => html`<div><b>${value}</b><span>${label}</span></div>`)}</div>`;
}

function gateFacts(state: GoLiveState, planned: Extras['planned']): [string, string] {
  const { held, waived, judged, notJudged } = countGates(state, planned);
  const failed = judged - held - waived;
  const rest = [
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'does' : 'do'} not`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(notJudged > 0 ? [`${notJudged} not judged`] : []),
  ];
  return [
    `${held} ${held === 1 ? 'holds' : 'hold'}`,
    `of ${judged + notJudged} gates${rest.length > 0 ? `: ${rest.join(', ')}` : ''}`,
  ];
}

/** Approvals that one person gave alone, in a box that cannot be missed. */
export function breakGlass(state: GoLiveState): Html {
  const rows = (state.breakGlass ?? []).map(
    (one) =>
      html`<p><b>${one.approval}</b>: ${one.reason}<br><span class="small">approved alone by <b>${one.by}</b> as ${roleName(state, one.role)}, ${timeText(one.at)}; to be reviewed by ${timeText(one.reviewBy)}</span></p>`,
  );
  if (rows.length === 0) return NOTHING;
  return html`<section class="waivers"><h2>◇ BREAK-GLASS: approved by one person alone, in an emergency</h2>${rows}</section>`;
}

/** Waivers in a box that cannot be missed. */
export function waivers(state: GoLiveState): Html {
  if (state.waivers.length === 0) return NOTHING;
  const rows = state.waivers.map(
    (waiver) =>
      html`<p><b>${waiver.gate}</b>: ${waiver.reason}<br><span class="small">waived by <b>${waiver.by}</b> as ${roleName(state, waiver.role)}, ${timeText(waiver.at)}, until ${timeText(waiver.until)}${waiver.used ? '' : '; it was not needed'}</span></p>`,
  );
  return html`<section class="waivers"><h2>◇ ${state.waivers.length === 1 ? 'One waiver: a failed gate was let pass by a person' : `${state.waivers.length} waivers: failed gates were let pass by people`}</h2>${rows}</section>`;
}

const STATUS: Record<ApprovalState['status'], string> = {
  'not-asked': 'not asked',
  open: 'open',
  approved: 'APPROVED',
  rejected: 'REJECTED',
  expired: 'EXPIRED, so not approved',
};

function voteLine(state: GoLiveState, vote: Vote): Html {
  const early = vote.early ? ', before it was asked' : '';
  const text = html`<b>${vote.by}</b> as ${roleName(state, vote.role)} ${vote.vote === 'approve' ? 'approved' : 'REJECTED'} ${sinceStart(state, vote.at)} (${timeText(vote.at)})${early}`;
  return html`<div class="${vote.status === 'void' ? 'void' : ''}">${text}</div>
${vote.reason ? html`<div>“${vote.reason}”</div>` : NOTHING}<div class="soft small">${identityText(vote)}${vote.status === 'void' ? html` · <b>void</b>: ${vote.why ?? 'what it was bound to has changed'}` : NOTHING}</div>`;
}

export function approvals(state: GoLiveState, { boxes }: Pick<Extras, 'boxes'>): Html | undefined {
  const asked = state.approvals.filter((one) => one.status !== 'not-asked' || one.votes.length > 0);
  if (asked.length + state.checklist.length + boxes.length === 0) return undefined;
  const rows = asked.map((one) => [
    html`<b>${questionText(one)}</b><br><span class="soft small">${one.id} · needs ${one.needs.map((need) => needCount(need, state.roles)).join(', ')}</span>`,
    STATUS[one.status],
    one.votes.length === 0 ? 'nobody answered' : one.votes.map((vote) => voteLine(state, vote)),
    boundTo(one),
  ]);
  const columns = [
    { title: 'Question' },
    { title: 'Outcome', of: 'words' as const },
    { title: 'Who, when, and how we know' },
    { title: 'Bound to', of: 'small' as const },
  ];
  return html`${rows.length > 0 ? table(columns, rows) : NOTHING}${checklist(state, boxes)}`;
}

/** What an approval is about: its digest, and the files of evidence that lay there when it was asked. */
function boundTo({ digest, files }: ApprovalState): Html {
  const named = (files ?? []).map(
    ({ file, sha256 }) => html`<li>${file} · ${sha256 === null ? 'not there' : sha256.slice(0, 12)}</li>`,
  );
  return html`<span class="mono nowrap">${digest.slice(0, 12)}</span>${named.length > 0 ? html`<ul class="evidence">${named}</ul>` : NOTHING}`;
}

/** Boxes that the runbook names, with who or what answers each; without any, those of people: the gates stand below. */
function checklist(state: GoLiveState, named: Extras['boxes']): Html {
  const boxes = boxesOf(state, named).slice(0, named.length === 0 ? state.checklist.length : undefined);
  if (boxes.length === 0) return NOTHING;
  const rows = boxes.map(({ text, by, ticked, at, note }) => [
    ticked ? '✓ ticked' : '✗ NOT ticked',
    text,
    html`${by}${at === undefined ? NOTHING : html` <span class="soft small">${sinceStart(state, at)} (${timeText(at)})</span>`}`,
    html`<span class="small">${causeText(note)}</span>`,
  ]);
  const columns = [{ title: '', of: 'words' as const }, { title: 'Box' }, { title: 'By' }, { title: 'Note' }];
  return html`<h3>Checklist</h3>${table(columns, rows)}`;
}
