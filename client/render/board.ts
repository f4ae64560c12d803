import { formatClock } from '../../model/duration.js';
import { pointersIn } from '../../model/playbook/failed.js';
import { readAddress } from '../../model/plan/address.js';
import { letsOn } from '../../model/state/due.js';
import { abortText } from '../../model/state/board.js';
import { didNotPass, shownStatus } from '../../model/state/standing.js';
import type { GoLiveState, PhaseState, StepRecord } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import { saidLines } from './said.js';
import type { Style } from './style.js';
import { clean, fit, flow, pad, spread, width, wrap } from './text.js';
import { pacedMs, phaseElapsedMs, timeline } from './timeline.js';
import { verdictBlock } from './verdict.js';
import { type Frame, type LiveStep, roleName, type View } from './view.js';
import { waitingBlock, waitingFor } from './waiting.js';
import { gateChip, mark, progressBar } from './words.js';

/** How much of the phases is opened; a small window gets less. */
const DETAIL = ['all', 'no-passed-gates', 'steps', 'phases'] as const;
type Detail = (typeof DETAIL)[number];

/** The watch board: header, phases (the running one opened), rollbacks, verdict, footer; never wider or higher than the frame. */
export function board(view: View, frame: Frame, style: Style, exitCode?: number): string[] {
  for (const detail of DETAIL) {
    const lines = draw(view, frame, style, detail, exitCode);
    if (frame.rows === Number.POSITIVE_INFINITY) return lines;
    // Paths are cut only where the terminal would break the redrawing otherwise.
    if (lines.length <= frame.rows) return lines.map((line) => fit(line, frame.columns));
  }
  const lines = draw(view, frame, style, 'phases');
  const room = Math.max(1, frame.rows - 1);
  return [
    ...lines.slice(0, room).map((line) => fit(line, frame.columns)),
    style.dim(fit(` … ${lines.length - room} lines more: make the window higher`, frame.columns)),
  ];
}

function draw(view: View, frame: Frame, style: Style, detail: Detail, exitCode?: number): string[] {
  const { state } = view;
  const lines = [...header(view, frame, style), ''];
  const widths = columnWidths(state, frame.columns);
  for (const phase of state.phases) {
    lines.push(phaseLine(state, phase, frame, widths, style));
    if (opened(state, phase) && detail !== 'phases') lines.push(...phaseDetail(view, phase, frame, style, detail));
  }
  for (const rollback of state.rollbacks) {
    const sign = mark(rollback.status, style);
    const why = rollback.because === '' ? '' : style.dim(`  because ${clean(rollback.because, 200)}`);
    lines.push(
      fit(` ${sign} ${clean(rollback.id, 12)}  ${clean(rollback.title, 80)}  ${rollback.status}${why}`, frame.columns),
    );
    if (rollback.status !== 'done' && detail !== 'phases') {
      lines.push(...stepLines(rollback.steps, liveOf(view, rollback.id), frame, style, detail));
    }
  }
  if (state.waivers.length > 0) lines.push(...waivers(state, frame, style));
  if (state.aborted && state.endedAt === undefined) {
    lines.push(fit(` ${mark('cancelled', style)} ABORTED: ${clean(abortText(state), 600)}`, frame.columns));
  }
  lines.push(...openDecisions(state, frame, style));
  if (state.verdict !== undefined && state.endedAt !== undefined) {
    lines.push('', ...verdictBlock(state, style, { columns: frame.columns, exitCode, cwd: frame.cwd }));
  }
  const last = footer(view, frame, style);
  return last.length === 0 ? lines : [...lines, '', ...last];
}

function header(view: View, frame: Frame, style: Style): string[] {
  const { state } = view;
  const mode = state.mode === 'live' ? style.bold('LIVE') : style.warn(`REHEARSAL ×${state.timeScale}`);
  const right = `target ${clean(state.target, 40)} · change ${clean(state.change, 40)} · ${mode}`;
  const title = style.bold(clean(state.runbook.title, 120));
  const first =
    width(title) + width(right) + 4 <= frame.columns
      ? [spread(` ${title}`, right, frame.columns - 1)]
      : [fit(` ${title}`, frame.columns), fit(` ${right}`, frame.columns)];
  const times = timeline(state, frame.nowMs, (id) => forecastOf(liveOf(view, id)));
  const early =
    Math.abs(times.earlyMs) < 1000
      ? 'on time'
      : `${formatClock(Math.abs(times.earlyMs))} ${times.earlyMs > 0 ? 'early' : 'late'}`;
  const end =
    times.forecastMs === undefined ? `ended ${early}` : `forecast end ${timeOfDay(times.forecastMs)} (${early})`;
  const scaled = state.timeScale > 1 ? ` (${formatClock(state.plannedMs)} at ×1)` : '';
  const left = ` T+${formatClock(times.elapsedMs)}  planned ${formatClock(times.plannedMs)}${scaled}  ${end}`;
  if (state.waiting !== undefined && state.endedAt === undefined) {
    return [...first, fit(left, frame.columns), ...waitingBlock(state, frame.nowMs, style, frame.columns)];
  }
  const waits = state.endedAt === undefined ? `waiting: ${waitingFor(state)}` : '';
  return [...first, waits === '' ? fit(left, frame.columns) : spread(left, waits, frame.columns - 1)];
}

function timeOfDay(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What is known of the running steps of a phase or rollback. */
function liveOf({ live }: View, id: string): LiveStep[] {
  return live.filter(({ of }) => of === undefined || of === id);
}

function forecastOf(live: readonly LiveStep[]): string | undefined {
  return live.map((step) => step.progress?.forecast).findLast((forecast) => forecast !== undefined);
}

interface Widths {
  title: number;
  owner: number;
}

function columnWidths(state: GoLiveState, columns: number): Widths {
  const longest = (texts: string[]) => Math.max(4, ...texts.map(width));
  const title = longest(state.phases.map((phase) => clean(phase.title, 60)));
  const owner = longest(state.phases.map((phase) => owners(state, phase)));
  // Mark, index and times take 32 columns; the title gets two parts of three of what is left when it is not enough.
  const room = Math.max(12, columns - 32);
  if (title + owner <= room) return { title, owner };
  const titleShare = Math.min(title, Math.max(Math.floor((room * 2) / 3), room - owner));
  return { title: titleShare, owner: Math.max(0, Math.min(owner, room - titleShare)) };
}

function owners(state: GoLiveState, phase: PhaseState): string {
  return phase.owner.map((role) => clean(roleName(state, role), 24)).join(', ');
}

function phaseLine(state: GoLiveState, phase: PhaseState, frame: Frame, widths: Widths, style: Style): string {
  const elapsed = phaseElapsedMs(phase, frame.nowMs);
  const planned = pacedMs(state, phase.plannedMs);
  const late = elapsed !== undefined && elapsed > planned;
  const time = elapsed === undefined ? '      –' : formatClock(elapsed);
  const title = pad(clean(phase.title, 60), widths.title);
  const status = shownStatus(phase);
  const active = status === 'running' || status === 'waiting';
  const waived = phase.verdict === 'waived' && !phase.takenBackBy && status !== 'waiting';
  const parts = [
    ` ${mark(waived ? 'waived' : status, style)} ${String(phase.index).padStart(1)}`,
    active ? style.bold(title) : title,
    style.dim(pad(owners(state, phase), widths.owner)),
    `${late ? style.warn(time) : time} / ${formatClock(planned)}`,
  ];
  if (phase.attempt > 1) parts.push(`attempt ${phase.attempt}`);
  if (phase.needs && (phase.status === 'pending' || phase.dueAgain))
    parts.push(style.dim(waitsFor(state, phase.needs)));
  if (phase.omitted) parts.push(style.warn(`OMITTED by ${clean(phase.omitted.by, 40)}`));
  else if (phase.status === 'skipped') parts.push('skipped');
  if (phase.takenBackBy !== undefined) parts.push(style.warn(`taken back by ${clean(phase.takenBackBy, 20)}`));
  else if (phase.verdict === 'waived') parts.push(style.warn('waived'));
  return fit(parts.join('  '), frame.columns);
}

/** Of what a phase needs, what it still waits for. */
function waitsFor({ phases }: GoLiveState, needs: readonly string[]): string {
  const open = phases.filter((phase) => needs.includes(phase.id) && !letsOn(phase)).map(({ index }) => index);
  return open.length === 0 ? 'next' : `waits for ${open.join(', ')}`;
}

function opened({ waiting }: GoLiveState, phase: PhaseState): boolean {
  if (phase.status === 'running' || phase.status === 'waiting') return true;
  return (didNotPass(phase) && phase.steps.length > 0) || isAskedAbout(waiting, phase);
}

/** People are asked whether what it measured is good. */
function isAskedAbout(waiting: GoLiveState['waiting'], { id, gates }: PhaseState): boolean {
  return waiting?.kind === 'approval' && gates.length > 0 && readAddress(waiting.id).phase === id;
}

function phaseDetail(view: View, phase: PhaseState, frame: Frame, style: Style, detail: Detail): string[] {
  const { playbook } = view.state;
  const lines = [
    ...stepLines(phase.steps, liveOf(view, phase.id), frame, style, detail),
    ...pointersIn({ phases: [phase], ...(playbook ? { playbook } : {}) }).map((one) =>
      fit(`      → ${one}`, frame.columns),
    ),
  ];
  if (detail === 'steps') return [...lines, ...failedGates(phase.gates, frame, style)];
  if (isAskedAbout(view.state.waiting, phase)) return [...lines, ...gateLines(phase.gates, frame, style)];
  const shown = detail === 'all' ? phase.gates : [];
  const groups = new Map<string, GateResult[]>();
  for (const gate of shown) {
    const at = gate.id.indexOf('.');
    const group = at === -1 ? '' : gate.id.slice(0, at);
    groups.set(group, [...(groups.get(group) ?? []), gate]);
  }
  const label = Math.max(0, ...[...groups.keys()].map((name) => width(clean(name, 20))));
  for (const [name, gates] of groups) {
    const indent = label === 0 ? '' : `${pad(clean(name, 20), label)}  `;
    const chips = flow(
      gates.map((gate) => gateChip(gate, style)),
      frame.columns - 6 - width(indent),
    );
    lines.push(...chips.map((line, index) => `      ${index === 0 ? indent : ' '.repeat(width(indent))}${line}`));
  }
  return [...lines, ...failedGates(phase.gates, frame, style)];
}

function failedGates(gates: readonly GateResult[], frame: Frame, style: Style): string[] {
  return gateLines(
    gates.filter((gate) => gate.verdict === 'no-go' || gate.verdict === 'inconclusive'),
    frame,
    style,
  );
}

/** Gates with their arithmetic, a sentence each. */
function gateLines(gates: readonly GateResult[], frame: Frame, style: Style): string[] {
  return gates.flatMap((gate) =>
    wrap(clean(gate.sentence, 600), frame.columns - 9).map((line, index) =>
      index === 0 ? `      ${mark(gate.verdict, style)} ${line}` : `        ${line}`,
    ),
  );
}

/** Decisions before they are all taken: what holds and waits for people is no GO yet. */
function openDecisions({ decisions, endedAt }: GoLiveState, frame: Frame, style: Style): string[] {
  if (endedAt !== undefined || !decisions.some(({ verdict, waits }) => waits || verdict !== undefined)) return [];
  return decisions.map(({ title, verdict, waits, sentence }) => {
    const word = verdict === undefined ? '' : ` ${verdict.toUpperCase()}.`;
    const sign = mark(verdict ?? (waits ? 'waiting' : 'pending'), style);
    return fit(` ${sign} ${clean(title, 60)}:${word} ${clean(sentence, 300)}`, frame.columns);
  });
}

function stepLines(
  steps: readonly StepRecord[],
  live: readonly LiveStep[],
  frame: Frame,
  style: Style,
  detail: Detail,
): string[] {
  const begun = steps.filter((step) => step.status !== 'pending');
  const waits = steps.length - begun.length;
  const chips = begun.map((step) => stepChip(step, live, frame.nowMs, style));
  if (waits > 0) chips.push(style.dim(`${waits} to come`));
  const lines = flow(chips, frame.columns - 6).map((line) => `      ${line}`);
  for (const step of steps) {
    if (step.failure === undefined || (step.status !== 'failed' && step.status !== 'undo-failed')) continue;
    const text = clean(`${step.id}: ${step.failure.message}`, 600);
    lines.push(
      ...wrap(text, frame.columns - 9).map((line, i) =>
        i === 0 ? `      ${mark('failed', style)} ${line}` : `        ${line}`,
      ),
    );
    // Folded where there is no room for it: the evidence and the report have it.
    if (detail === 'all') {
      lines.push(...saidLines(step, '        │ ').map((line) => fit(style.dim(line), frame.columns)));
    }
    if (step.failure.hint) lines.push(fit(`        ${style.dim(`→ ${clean(step.failure.hint, 200)}`)}`, frame.columns));
  }
  for (const step of live.filter((one) =>
    steps.some((record) => record.id === one.step && record.status === 'running'),
  )) {
    if (step.progress?.text)
      lines.push(
        fit(`        ${style.dim(`${clean(step.step, 30)}: ${clean(step.progress.text, 200)}`)}`, frame.columns),
      );
    if (step.attempt > 1) {
      const why = step.lastFailure === undefined ? '' : `; the last said: ${clean(step.lastFailure, 200)}`;
      lines.push(fit(`        ${style.warn(`${clean(step.step, 30)}: attempt ${step.attempt}${why}`)}`, frame.columns));
    }
  }
  return lines;
}

function stepChip(step: StepRecord, live: readonly LiveStep[], nowMs: number, style: Style): string {
  const name = `${mark(step.status, style)} ${clean(step.id, 40)}`;
  if (step.status !== 'running') return name;
  const progress = live.find((one) => one.step === step.id)?.progress;
  const bar = progress === undefined ? '' : progressBar(progress, nowMs, style);
  if (bar !== '') return `${name} ${bar}`;
  return step.startedAt === undefined ? name : `${name} ${style.dim(formatClock(nowMs - Date.parse(step.startedAt)))}`;
}

function waivers(state: GoLiveState, frame: Frame, style: Style): string[] {
  return state.waivers.map((waiver) =>
    fit(
      ` ${style.warn('◇')} waived ${clean(waiver.gate, 60)} by ${clean(waiver.by, 40)} (${clean(waiver.role, 30)}) until ${clean(waiver.until, 30)}: ${clean(waiver.reason, 200)}`,
      frame.columns,
    ),
  );
}

function footer(view: View, frame: Frame, style: Style): string[] {
  const lines: string[] = [];
  if (view.note !== undefined) lines.push(fit(` ${style.warn(`! ${clean(view.note, 200)}`)}`, frame.columns));
  const parts = [
    ...(frame.uiUrl === undefined ? [] : [`Web UI ${frame.uiUrl}`]),
    ...(frame.footer === undefined ? [] : [frame.footer]),
  ];
  lines.push(...flow(parts, frame.columns - 1, '   ·   ').map((line) => ` ${style.dim(line)}`));
  return lines;
}
