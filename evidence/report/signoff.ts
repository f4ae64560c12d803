import { valueText } from '../../model/judge/value-text.js';
import { cell } from '../../model/state/board.js';
import type { GoLiveState, RollbackState } from '../../model/state/state.js';
import { boxesOf } from './boxes.js';
import type { GateResult } from '../../model/judge/gate.js';
import { evidenceFileRows } from './evidence-files.js';
import { type Extras, NO_EXTRAS } from './extras.js';
import { mdTable } from './md.js';
import { countGates, notChecked } from './not-checked.js';
import { rowsShown } from './shown.js';
import { besideEachOther } from './states.js';
import {
  causeText,
  clockText,
  headline,
  identityText,
  marginText,
  modeText,
  questionText,
  roleName,
  rollbackName,
  sinceStart,
  STEP_WORDS,
  takenBackBy,
  timeText,
  tookMs,
  VERDICT_WORDS,
} from './words.js';

/**
 * The sign-off page of the bundle, in Markdown: verdict, what was before and after, what was not checked, approvals, gates,
 * rollbacks, waivers, checklist, evidence.
 *
 * @param manifest what the approved digest is of, as `sha256sum` writes it; empty where nothing was collected
 */
export function signoffText(state: GoLiveState, manifest = '', extras: Extras = NO_EXTRAS): string {
  const { words, below } = headline(state);
  const parts = [
    [`# ${cell(state.runbook.title)}: sign-off`],
    state.mode === 'live' ? [] : [`> **${modeText(state)}**: this is not the record of a live go-live.`],
    [`## ${cell(words)}`, cell(below), ...incidents(state)],
    [facts(state, extras)],
    [...waiverBox(state)],
    [
      '## Decisions',
      mdTable(
        ['decision', 'verdict', 'why'],
        state.decisions.map((one) => [one.title, VERDICT_WORDS[one.verdict ?? 'pending'], causeText(one.sentence)]),
      ),
    ],
    states(state, extras),
    unchecked(state, extras),
    ['## Who approved what', ...approvals(state)],
    ['## Checklist', checklist(state, extras)],
    ['## Gates', ...gates(state)],
    ['## Rollbacks', ...rollbacks(takenBackBy(state), state)],
    released(state),
    ...rowsOfFiles(state, extras),
    ['## Evidence files', ...evidenceFiles(state, manifest, extras)],
    [
      '## How to verify and to reproduce',
      'See `REPRODUCE.md`; in short, in the folder above this file: `sha256sum -c manifest-sha256.txt`.',
    ],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n\n'))
    .join('\n\n')}\n`;
}

/** The files that the runbook names, as they were when they were collected; all others are in the manifest. */
function evidenceFiles(state: GoLiveState, manifest: string, extras: Extras): string[] {
  const rows = evidenceFileRows(state, manifest, extras);
  return rows.length === 0 ? ['The runbook names none.'] : [mdTable(['file', '', 'SHA-256'], rows)];
}

function incidents(state: GoLiveState): string[] {
  return [
    ...(state.rollbackIncomplete ? ['**ROLLBACK INCOMPLETE**: something was left as it is.'] : []),
    ...(state.aborted ? [`**Aborted** by ${cell(state.aborted.by)}: ${cell(state.aborted.reason)}`] : []),
    ...(state.sentence ? [cell(causeText(state.sentence))] : []),
    ...((state.bundle?.missing.length ?? 0) > 0
      ? [`**Missing in the bundle**: ${cell(state.bundle?.missing.join('; ') ?? '')}`]
      : []),
  ];
}

function facts(state: GoLiveState, { planned }: Extras): string {
  const { held, waived, judged, notJudged } = countGates(state, planned);
  return mdTable(
    ['', ''],
    [
      ['go-live', state.id],
      ['mode', modeText(state)],
      ['started', `${timeText(state.startedAt)} by ${state.startedBy}`],
      ['ended', timeText(state.endedAt)],
      ['took', `${clockText(tookMs(state))}, planned ${clockText(state.plannedMs / Math.max(1, state.timeScale))}`],
      ['gates', `${held} hold, ${judged - held - waived} do not, ${waived} waived, ${notJudged} not judged`],
      ['runbook', `${state.runbook.id}, SHA-256 ${state.runbook.sha256}`],
      ['plan digest', state.planDigest],
      ['digest of the approved bundle', state.bundle?.digest ?? 'none'],
    ],
  );
}

function states(state: GoLiveState, extras: Extras): string[] {
  if (extras.states.length === 0) return [];
  const rows = besideEachOther(state, extras.states).map(({ title, before, after }) => [
    title,
    before.text,
    after.text,
  ]);
  return ['## Before and after', mdTable(['what', 'before', 'after'], rows)];
}

function unchecked(state: GoLiveState, extras: Extras): string[] {
  const rows = notChecked(state, extras).map(({ what, why }) => [what, why]);
  return ['## Not checked', rows.length === 0 ? 'Nothing was left out.' : mdTable(['what', 'why not'], rows)];
}

/** What kinds show of the bundle's files among what failed: failed cases, what blocked ones told. */
function rowsOfFiles(state: GoLiveState, extras: Extras): string[][] {
  return Object.values(extras.shows)
    .flat()
    .flatMap((shown) => {
      const rows = shown.as === 'rows' ? rowsShown(state, shown, extras) : undefined;
      if (!rows) return [];
      return [
        [`## ${cell(shown.title)}`, mdTable(rows.titles, rows.cells), ...(rows.more === '' ? [] : [cell(rows.more)])],
      ];
    });
}

function waiverBox(state: GoLiveState): string[] {
  if (state.waivers.length === 0) return [];
  const lines = state.waivers.map(
    (one) =>
      `> - **${cell(one.gate)}** by ${cell(one.by)} as ${cell(roleName(state, one.role))}, until ${timeText(one.until)}: ${cell(one.reason)}${one.used ? '' : ' (not needed)'}`,
  );
  return [`> ## WAIVERS: failed gates that a person let pass\n>\n${lines.join('\n')}`];
}

function approvals(state: GoLiveState): string[] {
  const rows = state.approvals.flatMap((approval) => {
    const asked = [questionText(approval), approval.status === 'not-asked' ? 'never asked' : approval.status];
    if (approval.votes.length === 0) return [[...asked, 'nobody', '', '', '']];
    return approval.votes.map((vote) => [
      ...asked,
      `${vote.by} as ${roleName(state, vote.role)}: ${vote.vote}${vote.status === 'void' ? ' (void)' : ''}`,
      timeText(vote.at),
      vote.reason ?? '',
      vote.level === 'declared' && state.mode === 'rehearse' ? `${identityText(vote)} (rehearsal)` : identityText(vote),
    ]);
  });
  if (rows.length === 0) return ['The runbook asks nobody.'];
  const bound = state.approvals.flatMap(({ question, files = [] }) =>
    files.map(({ file, path, sha256 }) => [question, file, path ?? 'not there', sha256 ?? '']),
  );
  return [
    mdTable(['question', 'outcome', 'who', 'when', 'reason', 'identity'], rows),
    ...(bound.length === 0 ? [] : ['These files lay there when it was asked, and the answers are bound to them:']),
    ...(bound.length === 0 ? [] : [mdTable(['question', 'file', 'path below `data/`', 'SHA-256'], bound)]),
  ];
}

/** The boxes with who or what ticked each: people, steps and gates side by side. */
function checklist(state: GoLiveState, { boxes }: Extras): string {
  const all = boxesOf(state, boxes);
  if (all.length === 0) return 'The runbook has none.';
  return mdTable(
    ['box', 'ticked', 'by', 'when', 'note'],
    all.map(({ text, ticked, by, at, note }) => [
      text,
      ticked ? 'yes' : 'NOT TICKED',
      by,
      timeText(at),
      causeText(note),
    ]),
  );
}

function gateRow(gate: GateResult): string[] {
  const interval = gate.interval ? `${gate.interval[0].toFixed(3)} to ${gate.interval[1].toFixed(3)}` : '';
  return [
    gate.title,
    VERDICT_WORDS[gate.verdict],
    valueText(gate.value, gate.unit),
    gate.threshold,
    String(gate.n ?? ''),
    interval,
    marginText(gate) ?? '',
    gate.sentence,
  ];
}

function gates(state: GoLiveState): string[] {
  const header = ['gate', 'verdict', 'value', 'needs', 'n', 'Wilson 95 %', 'margin', 'in words'];
  return state.phases.flatMap((phase) => {
    const heading = `### ${phase.index} ${cell(phase.title)}: ${phase.verdict ? VERDICT_WORDS[phase.verdict] : phase.status}${phase.takenBackBy ? `, taken back by ${cell(phase.takenBackBy)}` : ''}`;
    return phase.gates.length === 0
      ? [heading, cell(phase.sentence ?? 'No gates.')]
      : [heading, mdTable(header, phase.gates.map(gateRow))];
  });
}

function released(state: GoLiveState): string[] {
  const back = takenBackBy(state);
  const releases = state.rollbacks.filter((one) => !back.includes(one));
  return releases.length === 0 ? [] : ['## Released at the end', ...rollbacks(releases, state)];
}

function rollbacks(ways: readonly RollbackState[], state: GoLiveState): string[] {
  if (ways.length === 0) return ['None was needed.'];
  return ways.map((one) => {
    const steps = one.steps.map(
      (step) =>
        `  - ${STEP_WORDS[step.status]}: ${cell(step.title)}${step.failure ? `: ${cell(step.failure.message)}` : ''}`,
    );
    const status = one.status === 'incomplete' ? '**INCOMPLETE**' : one.status;
    return [
      `- **${cell(rollbackName(one))}** ${status}, ${sinceStart(state, one.startedAt)}: ${cell(one.title)}. Because of: ${cell(one.because)}`,
      ...steps,
    ].join('\n');
  });
}
