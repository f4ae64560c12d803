import { plannedTimes } from '../plan/critical-path.js';
import { type Needing, needsOf, runsBeside } from '../plan/needs.js';
import { SIGNS } from './signs.js';
import { shownStatus, takenBackSoFar } from './standing.js';
import { phaseSentence } from './transitions.js';
import type { GoLiveState, PhaseState, StepRecord } from './state.js';
import type { GateResult } from '../judge/gate.js';

/** Text from outside made safe for one Markdown table cell: no markup, no row break, no control characters. */
export function cell(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\\`*_{}[\]<>|#~]/g, (character) => `\\${character}`)
    .trim();
}

/** "0:41:07" from milliseconds. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function elapsed(phase: PhaseState, nowMs: number): string {
  if (!phase.startedAt) return '–';
  return clock((phase.endedAt ? Date.parse(phase.endedAt) : nowMs) - Date.parse(phase.startedAt));
}

function gateLine(gate: GateResult): string {
  return `| ${SIGNS[gate.verdict]} ${gate.verdict} | ${cell(gate.title)} | ${cell(gate.sentence)} |`;
}

function stepLine(step: StepRecord): string {
  const text = step.failure?.message ?? step.skipped ?? step.summary ?? '';
  return `| ${SIGNS[step.status]} ${step.status} | ${cell(step.title)} | ${cell(step.uses)} | ${cell(text)} |`;
}

/** Steps and gates of one phase, as its own board shows them. */
export function phaseBoard(title: string, steps: readonly StepRecord[], gates: readonly GateResult[]): string {
  const lines = [`### ${cell(title)}`, '', '| | step | kind | found |', '|---|---|---|---|', ...steps.map(stepLine)];
  if (gates.length > 0)
    lines.push('', '| verdict | gate | value against threshold |', '|---|---|---|', ...gates.map(gateLine));
  return lines.join('\n');
}

function header(state: GoLiveState, nowMs: number): string[] {
  const lines = [
    `## ${cell(state.runbook.title)}`,
    '',
    `target **${cell(state.target)}** · change **${cell(state.change)}** · ${state.mode === 'live' ? 'LIVE' : `REHEARSAL ×${state.timeScale}`} · T+${clock((state.endedAt ? Date.parse(state.endedAt) : nowMs) - Date.parse(state.startedAt))} of planned ${clock(state.plannedMs)}`,
    '',
  ];
  if (state.sentence) lines.push(`**${state.verdict?.toUpperCase() ?? ''}** ${cell(state.sentence)}`, '');
  if (state.aborted && !state.endedAt) lines.push(`■ **ABORTED**: ${cell(abortText(state))}`, '');
  if (state.waiting) {
    lines.push(
      `● **WAITING** for ${cell(state.waiting.roles.join(', '))}: ${cell(state.waiting.text)}`,
      '',
      ...(state.waiting.votes ? [cell(state.waiting.votes), ''] : []),
      ...state.waiting.commands.map((command) => `    ${command}`),
      '',
    );
  }
  return lines;
}

/** Undos that are named one by one; of more, the number is enough. */
const NAMED_UNDOS = 20;

/** What an abort does, newest first, as things stand; of one that nobody has asked for yet, `aborted` says how it would be. */
export function abortText(
  state: Pick<GoLiveState, 'toUndo' | 'phases' | 'rollbacks' | 'takesBack'> & {
    aborted?: Pick<NonNullable<GoLiveState['aborted']>, 'keep'>;
  },
): string {
  const { toUndo = [], phases, aborted, takesBack } = state;
  if (takesBack) return backText(takesBack.goLive, state);
  if (aborted?.keep) return keepText(state);
  const running = phases.filter(({ status }) => status === 'running');
  const more = toUndo.length > NAMED_UNDOS ? [`${toUndo.length - NAMED_UNDOS} more`] : [];
  const undone = [...running.map(({ id }) => `what '${id}' has done by now`), ...toUndo.slice(0, NAMED_UNDOS), ...more];
  const what = undone.length === 0 ? 'there is nothing to undo' : `undone, newest first: ${undone.join(', ')}`;
  return `The go-live stops; ${what}.`;
}

/** Of one that takes back an earlier go-live: that is not begun any more, or goes to its end; with `--keep` no less. */
function backText(first: string, state: Pick<GoLiveState, 'phases' | 'rollbacks'>): string {
  const { ways, running } = takenBackSoFar(state);
  if (ways.length === 0) return `The go-live stops; nothing of ${first} is taken back.`;
  const way = running === 'undo' ? 'the way back' : running;
  return way === undefined
    ? `The go-live stops; what was taken back of ${first} stays so.`
    : `The go-live stops; ${way} of ${first} is under way and is taken to its end.`;
}

/** What `--keep` keeps, as things stand: a way back that has begun is taken to its end. */
function keepText(state: Pick<GoLiveState, 'phases' | 'rollbacks'>): string {
  const { ways, running, phases } = takenBackSoFar(state);
  if (ways.length === 0) return 'The go-live stops; what it did stays.';
  const gone = phases.length > 0 ? ` Taken back: ${phases.join(', ')}.` : '';
  const first = running === undefined ? '' : `${running} is under way and is taken to its end; `;
  return `The go-live stops; ${first}nothing more is taken back.${gone}`;
}

/** The whole go-live as Markdown: what the Web UI shows under "User Metadata". `nowMs` is workflow time. */
export function board(state: GoLiveState, nowMs: number): string {
  const lines = header(state, nowMs);
  const beside = runsBeside(state.phases);
  lines.push(`| # | phase | owner |${beside ? ' needs |' : ''} time / planned | attempt | verdict |`);
  lines.push(`|---|---|---|${beside ? '---|' : ''}---|---|---|`);
  for (const phase of state.phases) {
    const needs = beside ? ` ${numbersOf(state.phases, phase)} |` : '';
    lines.push(
      `| ${SIGNS[shownStatus(phase)]} ${phase.index} | ${cell(phase.title)} | ${cell(phase.owner.map((role) => state.roles[role] ?? role).join(', '))} |${needs} ${elapsed(phase, nowMs)} / ${clock(phase.plannedMs)} | ${phase.attempt || '–'} | ${cell(phaseSentence(phase) || phase.status)} |`,
    );
  }
  for (const phase of state.phases.filter((p) => p.steps.length > 0 || p.gates.length > 0)) {
    lines.push('', phaseBoard(`${phase.index} ${phase.title}`, phase.steps, phase.gates));
  }
  for (const rollback of state.rollbacks) {
    lines.push('', phaseBoard(`Rollback ${rollback.id}: ${rollback.title} (${rollback.status})`, rollback.steps, []));
  }
  const waived = state.waivers.map(
    (w) => `- ${cell(w.gate)}: ${cell(w.reason)} (${cell(w.by)} as ${cell(w.role)}, until ${w.until})`,
  );
  if (waived.length > 0) lines.push('', '### Waivers', '', ...waived);
  if (state.decisions.some((d) => d.verdict !== undefined || d.waits)) {
    lines.push('', '| decision | verdict | why |', '|---|---|---|');
    lines.push(
      ...state.decisions.map(({ title, verdict = 'pending' as const, sentence }) => {
        return `| ${cell(title)} | ${SIGNS[verdict]} ${verdict} | ${cell(sentence)} |`;
      }),
    );
  }
  return lines.join('\n');
}

/** What a phase needs, by the numbers of the phases. */
function numbersOf(phases: readonly Needing[], { id }: Needing): string {
  const needs = needsOf(phases, id);
  return needs.map((need) => phases.findIndex((phase) => phase.id === need)).join(', ') || '–';
}

/** The plan as Markdown, for the Web UI's details of the start. */
export function planMarkdown(phases: readonly PlannedPhase[]): string {
  const beside = runsBeside(phases);
  const times = plannedTimes(phases);
  const rows = phases.map((phase, index) => {
    const { earliestStartMs: start = 0, slackMs = 0 } = times[index] ?? {};
    const more = beside ? ` ${slackMs === 0 ? 'critical' : clock(slackMs)} | ${numbersOf(phases, phase)} |` : '';
    return `| ${index} | ${cell(phase.title)} | ${cell(phase.owner.join(', '))} | T+${clock(start)} | ${clock(phase.plannedMs)} |${more}`;
  });
  const head = `| # | phase | owner | planned start | planned |${beside ? ' slack | needs |' : ''}`;
  return [head, `|---|---|---|---|---|${beside ? '---|---|' : ''}`, ...rows].join('\n');
}

interface PlannedPhase extends Needing {
  title: string;
  owner: string[];
  plannedMs: number;
}
