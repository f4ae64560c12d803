import { cell } from '../../model/board.js';
import type { GoLiveState } from '../../model/state.js';
import { headline, identityText, modeText, roleName, timeText, VERDICT_WORDS, valueText } from './words.js';

type Rows = readonly (readonly string[])[];

/** A Markdown table whose cells cannot break out of it. */
function table(head: readonly string[], rows: Rows): string {
  if (rows.length === 0) return '_None._\n';
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return `${[line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')}\n`;
}

/** The page that is signed: verdict, decisions, approvals, gates, and what was waived or taken back. */
export function signoffText(state: GoLiveState): string {
  const { words, below } = headline(state);
  const declared = state.approvals.some((one) => one.votes.some((vote) => vote.level === 'declared'));
  const parts = [
    `# ${cell(words)}`,
    `**${modeText(state)}** · ${cell(state.runbook.title)} · \`${state.id}\``,
    cell(below),
    cell(state.sentence ?? ''),
    `Started ${timeText(state.startedAt)} by ${cell(state.startedBy)}, ended ${timeText(state.endedAt)}.`,
    '## Decisions',
    table(
      ['decision', 'verdict', 'why'],
      state.decisions.map((one) => [one.title, VERDICT_WORDS[one.verdict], one.sentence]),
    ),
    '## Approvals',
    declared ? 'Names marked *declared* were given, not proven.' : '',
    table(['question', 'outcome', 'who', 'when', 'identity'], votes(state)),
    '## Waivers',
    table(
      ['gate', 'reason', 'by', 'until', 'used'],
      state.waivers.map((w) => [
        w.gate,
        w.reason,
        `${w.by} (${roleName(state, w.role)})`,
        timeText(w.until),
        w.used ? 'yes' : 'no',
      ]),
    ),
    '## Gates',
    table(['phase', 'gate', 'verdict', 'value', 'limit', 'sentence'], gates(state)),
    '## Rollbacks',
    table(
      ['rollback', 'because', 'status', 'steps'],
      state.rollbacks.map((r) => [`${r.id}: ${r.title}`, r.because, r.status, `${r.steps.length}`]),
    ),
    '## Choices of operators',
    table(
      ['about', 'choice', 'by', 'reason'],
      state.operator.map((o) => [o.about, o.choice, `${o.by} (${roleName(state, o.role)})`, o.reason ?? '']),
    ),
    '## Checklist',
    table(
      ['item', 'text', 'ticked by', 'when', 'note'],
      state.checklist.map((t) => [
        t.item,
        t.text,
        t.by ? `${t.by} (${roleName(state, t.role)})` : 'not ticked',
        timeText(t.at),
        t.note ?? '',
      ]),
    ),
    '## Evidence',
    `The files of this bundle stand in \`manifest-sha256.txt\`; \`REPRODUCE.md\` says how to check and repeat. Digest of what was approved: \`${state.bundle?.digest ?? 'none'}\`.`,
    state.bundle && state.bundle.missing.length > 0
      ? `Not produced: ${state.bundle.missing.map(cell).join(', ')}.`
      : '',
  ];
  return `${parts
    .filter((part) => part !== '')
    .join('\n\n')
    .replace(/\n{3,}/g, '\n\n')}\n`;
}

function votes(state: GoLiveState): Rows {
  return state.approvals.flatMap((one) => {
    if (one.votes.length === 0) return [[one.question, one.status, '–', '–', '–']];
    return one.votes.map((vote) => [
      one.question,
      `${vote.vote === 'approve' ? 'approved' : 'rejected'}${vote.status === 'void' ? ' (void)' : ''}${vote.reason ? `: ${vote.reason}` : ''}`,
      `${vote.by} (${roleName(state, vote.role)})`,
      timeText(vote.at),
      identityText(vote),
    ]);
  });
}

function gates(state: GoLiveState): Rows {
  return state.phases.flatMap((phase) =>
    phase.gates.map((gate) => [
      phase.title,
      gate.title,
      VERDICT_WORDS[gate.verdict],
      valueText(gate.value, gate.unit),
      gate.threshold,
      gate.sentence,
    ]),
  );
}
