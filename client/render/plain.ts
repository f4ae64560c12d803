import { formatClock } from '../../model/duration.js';
import { didNotPass, shownStatus } from '../../model/state/standing.js';
import type { GoLiveState, PhaseState, RollbackState, StepRecord } from '../../model/state/state.js';
import type { Waiver } from '../../model/judge/waiver.js';
import type { Style } from './style.js';
import { saidLines } from './said.js';
import { clean } from './text.js';
import { phaseElapsedMs } from './timeline.js';
import { rollbackSentence } from './verdict.js';
import { type LiveStep, roleName, type View } from './view.js';
import { waitingFor } from './waiting.js';
import { mark } from './words.js';

/** One line of the output, and when what it tells happened (ISO 8601); without a time it is seen now. */
interface Said {
  at: string | undefined;
  text: string;
}

/** What has no time of its own happened, at the latest, at the end of that which it is a part of. */
const within = (lines: readonly Said[], endedAt: string | undefined): Said[] =>
  lines.map(({ at = endedAt, text }) => ({ at, text }));

const said = (at: string | undefined, ...texts: string[]): Said[] => texts.map((text) => ({ at, text }));

/**
 * What has happened between two views, one line each in the order in which it happened, for outputs that cannot be redrawn.
 *
 * @param before the view printed last; undefined prints everything so far
 * @param nowMs milliseconds since 1970
 */
export function changes(before: View | undefined, after: View, nowMs: number, style: Style): string[] {
  const { state } = after;
  const end = state.endedAt === undefined ? nowMs : Date.parse(state.endedAt);
  const timed = happened(before, after, nowMs, style).map(({ at, text }) => ({ ms: timeOf(at) ?? end, at, text }));
  // What has no time is seen now: behind all that has one. The sort is stable, so that lines of one event stay together.
  const sorted = timed.toSorted((a, b) => Number(a.at === undefined) - Number(b.at === undefined) || a.ms - b.ms);
  const startMs = Date.parse(state.startedAt);
  return sorted.map(({ ms, text }) => `${style.dim(`T+${formatClock(ms - startMs)}`)}  ${text}`);
}

function timeOf(at: string | undefined): number | undefined {
  const ms = at === undefined ? Number.NaN : Date.parse(at);
  return Number.isNaN(ms) ? undefined : ms;
}

function happened(before: View | undefined, after: View, nowMs: number, style: Style): Said[] {
  const was = before?.state;
  const { state } = after;
  const lines: Said[] = [];
  if (was === undefined) lines.push(...said(state.startedAt, startLine(state)));
  lines.push(...peopleChanges(was, state));
  for (const phase of state.phases) {
    const old = was?.phases.find((one) => one.id === phase.id);
    lines.push(...phaseChanges(old, phase, state, nowMs, style));
  }
  for (const [index, rollback] of state.rollbacks.entries()) {
    lines.push(...rollbackChanges(was?.rollbacks[index], rollback, style));
  }
  lines.push(...said(undefined, ...progressChanges(before?.live ?? [], after.live)));
  if (state.waiting !== undefined && keyOf(was) !== keyOf(state)) {
    lines.push(...said(state.waiting.since, ...waitingLines(state, style)));
  }
  for (const decision of state.decisions) {
    const old = was?.decisions.find((one) => one.id === decision.id);
    if (decision.waits && !old?.waits) {
      const text = `${mark('waiting', style)} decision ${clean(decision.title)}: ${clean(decision.sentence)}`;
      lines.push(...said(state.waiting?.since, text));
    }
    if (decision.verdict === old?.verdict || decision.verdict === undefined) continue;
    lines.push(
      ...said(
        decision.at,
        `${mark(decision.verdict, style)} decision ${clean(decision.title)}: ${decision.verdict}. ${clean(decision.sentence)}`,
      ),
    );
  }
  if (after.note !== undefined && after.note !== before?.note) {
    lines.push(...said(undefined, `! ${clean(after.note)}`));
  }
  return lines;
}

function startLine(state: GoLiveState): string {
  const mode = state.mode === 'live' ? 'LIVE' : `REHEARSAL ×${state.timeScale}`;
  return `${clean(state.runbook.title)} · target ${clean(state.target)} · change ${clean(state.change)} · ${mode} · started by ${clean(state.startedBy)}`;
}

function phaseChanges(
  was: PhaseState | undefined,
  phase: PhaseState,
  state: GoLiveState,
  nowMs: number,
  style: Style,
): Said[] {
  const lines: Said[] = [];
  const name = `${phase.index} ${clean(phase.title)}`;
  const again = was !== undefined && was.attempt !== phase.attempt;
  const begins = (at: string | undefined, attempt: number): Said[] => {
    const owner = phase.owner.map((role) => clean(roleName(state, role), 40)).join(', ');
    const which = attempt > 1 ? `, attempt ${attempt}` : '';
    const whose = owner === '' ? '' : ` (${owner})`;
    return said(at, `${mark('running', style)} ${style.bold(name)}${whose}${which}`);
  };
  const known = was?.history.length ?? 0;
  for (const [index, { endedAt, ...attempt }] of phase.history.entries()) {
    if (index < known) continue;
    // Told by an earlier version, an attempt has no times of its own: it was over when the next one began.
    const next = phase.history[index + 1]?.startedAt ?? phase.startedAt;
    const earlier = { ...attempt, endedAt: endedAt ?? lastEnd(attempt) ?? next };
    const shown = was?.attempt === earlier.attempt ? was : undefined;
    if (shown === undefined && earlier.startedAt !== undefined)
      lines.push(...begins(earlier.startedAt, earlier.attempt));
    lines.push(...within(inside(shown, earlier, name, style), earlier.endedAt));
    const text = `${mark(earlier.verdict, style)} ${name}, attempt ${earlier.attempt}: ${clean(earlier.sentence)}`;
    lines.push(...said(earlier.endedAt, text));
  }
  const old = again ? undefined : was;
  if (phase.startedAt !== undefined && (old?.startedAt !== phase.startedAt || again)) {
    lines.push(...begins(phase.startedAt, phase.attempt));
  }
  lines.push(...within(inside(old, phase, name, style), phase.endedAt));
  if (isOver(phase) && !isTold(old, phase, state)) {
    const took = phaseElapsedMs(phase, nowMs);
    const time = took === undefined ? '' : ` after ${formatClock(took)}`;
    const sentence = phase.sentence === undefined ? '' : `: ${clean(phase.sentence)}`;
    const end = endOf(phase, state);
    const text = `${mark(end, style)} ${style.bold(name)} ${end}${time}${sentence}`;
    lines.push(...said(phase.endedAt ?? lastEnd(phase), text));
  }
  if (phase.takenBackBy !== undefined && phase.takenBackBy !== old?.takenBackBy) {
    const text = `${mark('taken-back', style)} ${style.bold(name)} taken back by ${clean(phase.takenBackBy, 40)}`;
    lines.push(...said(state.rollbacks.findLast(({ id }) => id === phase.takenBackBy)?.endedAt, text));
  }
  return lines;
}

/** When the last of its steps was over; the gates are judged then. */
function lastEnd({ steps }: Pick<PhaseState, 'steps'>): string | undefined {
  return steps
    .flatMap(({ endedAt }) => endedAt ?? [])
    .toSorted()
    .at(-1);
}

function isOver(phase: PhaseState): boolean {
  const status = shownStatus(phase);
  return status !== 'pending' && status !== 'waiting' && status !== 'running';
}

/** Whether it was told already how its attempt ended; that it is taken back later is a line of its own. */
function isTold(old: PhaseState | undefined, phase: PhaseState, state: GoLiveState): boolean {
  if (!old || !isOver(old)) return false;
  return phase.status === 'taken-back' || endOf(phase, state) === endOf(old, state);
}

/** How its attempt ended, also when it was taken back before anybody looked: what an abort stopped was not judged. */
function endOf(phase: PhaseState, { aborted }: Pick<GoLiveState, 'aborted'>): PhaseState['status'] {
  if (phase.status !== 'taken-back') return phase.status;
  if (aborted && phase.verdict === 'inconclusive' && phase.gates.length === 0) return 'cancelled';
  return didNotPass(phase) ? 'failed' : 'passed';
}

type Inside = Pick<PhaseState, 'steps' | 'gates'>;

/** Steps that began or ended and gates that were judged. */
function inside(was: Inside | undefined, now: Inside, name: string, style: Style): Said[] {
  const lines = stepChanges(was?.steps ?? [], now.steps, name.split(' ')[0] ?? '', style);
  for (const gate of now.gates) {
    const old = was?.gates.find((one) => one.id === gate.id);
    if (old?.verdict === gate.verdict && old.sentence === gate.sentence) continue;
    const text = `    ${mark(gate.verdict, style)} gate ${clean(gate.id, 80)}: ${clean(gate.sentence)}`;
    lines.push(...said(lastEnd(now), text));
  }
  return lines;
}

function stepChanges(was: readonly StepRecord[], now: readonly StepRecord[], where: string, style: Style): Said[] {
  const lines: Said[] = [];
  for (const step of now) {
    const old = was.find((one) => one.id === step.id);
    if (step.status === 'pending' || (old?.status === step.status && old.epoch === step.epoch)) continue;
    const text =
      step.status === 'running'
        ? clean(step.title, 120)
        : clean((step.status === 'skipped' ? step.skipped : step.failure?.message) ?? step.summary ?? step.status, 600);
    const at = step.status === 'running' ? step.startedAt : step.endedAt;
    const name = `${where === '' ? '' : `${where}.`}${clean(step.id, 60)}`;
    lines.push(...said(at, `    ${mark(step.status, style)} ${name}: ${text}`));
    lines.push(...said(at, ...saidLines(step, '      │ ')));
    if (step.status === 'failed' && step.failure?.hint)
      lines.push(...said(at, `      → ${clean(step.failure.hint, 300)}`));
  }
  return lines;
}

function rollbackChanges(was: RollbackState | undefined, now: RollbackState, style: Style): Said[] {
  const lines: Said[] = [];
  const name = clean(now.id, 20);
  if (was === undefined) {
    const because = now.because === '' ? '' : `, because ${clean(now.because)}`;
    lines.push(...said(now.startedAt, `${mark('undone', style)} rollback ${name}: ${clean(now.title)}${because}`));
  }
  lines.push(...within(stepChanges(was?.steps ?? [], now.steps, name, style), now.endedAt));
  if (now.status !== 'running' && was?.status !== now.status) {
    lines.push(...said(now.endedAt, `${mark(now.status, style)} ${rollbackSentence(now)}`));
  }
  return lines;
}

/** A running step speaks at each quarter of its way, and when Temporal tries it again. */
function progressChanges(was: readonly LiveStep[], now: readonly LiveStep[]): string[] {
  const lines: string[] = [];
  for (const step of now) {
    const old = was.find((one) => one.step === step.step && one.of === step.of);
    const name = clean(step.step, 60);
    if (step.attempt > (old?.attempt ?? 1)) {
      lines.push(
        `    ! ${name}: attempt ${step.attempt}${step.lastFailure ? `; the last said: ${clean(step.lastFailure, 300)}` : ''}`,
      );
    }
    const quarter = quarterOf(step);
    if (quarter === undefined || quarter <= (old === undefined ? 0 : (quarterOf(old) ?? 0))) continue;
    const { done, total, text } = step.progress ?? {};
    lines.push(`    … ${name} ${done}/${total}${text ? `: ${clean(text, 200)}` : ''}`);
  }
  return lines;
}

function quarterOf({ progress }: LiveStep): number | undefined {
  if (progress?.done === undefined || progress.total === undefined || !(progress.total > 0)) return undefined;
  return Math.floor((4 * progress.done) / progress.total);
}

/** Votes, ticks, choices, waivers, refusals, the abort. */
function peopleChanges(was: GoLiveState | undefined, now: GoLiveState): Said[] {
  const lines: Said[] = [];
  for (const approval of now.approvals) {
    const old = was?.approvals.find((one) => one.id === approval.id);
    for (const [index, vote] of approval.votes.entries()) {
      if (old?.votes[index]?.status === vote.status) continue;
      const done = vote.vote === 'approve' ? 'approved' : 'rejected';
      const how = `${vote.early ? ', ahead of the question' : ''}${vote.status === 'void' ? ', VOID' : ''}`;
      const why = vote.status === 'void' ? vote.why : vote.reason;
      const text = `${clean(vote.by, 60)} ${done} ${clean(approval.id, 60)} as ${clean(roleName(now, vote.role), 40)}${how}${why ? `: ${clean(why, 400)}` : ''}`;
      // A vote that was told before and is void by now has become so since.
      lines.push(...said(old?.votes[index] === undefined ? vote.at : undefined, text));
    }
    if (approval.status === 'expired' && old?.status !== 'expired') {
      lines.push(...said(approval.closedAt, `nobody answered ${clean(approval.id, 60)} in time`));
    }
  }
  for (const tick of now.checklist) {
    if (tick.at === undefined || was?.checklist.find((one) => one.item === tick.item)?.at === tick.at) continue;
    lines.push(
      ...said(tick.at, `${clean(tick.by ?? '', 60)} ticked ${clean(tick.item, 80)}: ${clean(tick.text, 200)}`),
    );
  }
  for (const choice of now.operator.slice(was?.operator.length ?? 0)) {
    const why = choice.reason ? `: ${clean(choice.reason, 400)}` : '';
    const role = clean(roleName(now, choice.role), 40);
    lines.push(...said(choice.at, `${clean(choice.by, 60)} chose ${clean(choice.choice, 60)} as ${role}${why}`));
  }
  // A later waiver of a gate takes the place of an earlier one.
  const told = (one: Waiver): boolean =>
    was?.waivers.some(({ gate, at }) => gate === one.gate && at === one.at) ?? false;
  for (const waiver of now.waivers.filter((one) => !told(one))) {
    const what = `${clean(waiver.gate, 80)} until ${clean(waiver.until, 40)}: ${clean(waiver.reason, 400)}`;
    lines.push(...said(waiver.at, `${clean(waiver.by, 60)} waived ${what}`));
  }
  for (const refusal of now.refusals.slice(was?.refusals.length ?? 0)) {
    const { message, by, reason } = refusal;
    lines.push(...said(refusal.at, `refused: ${clean(message, 40)} by ${clean(by, 60)}. ${clean(reason, 300)}`));
  }
  if (now.aborted && !was?.aborted) {
    lines.push(...said(now.aborted.at, `${clean(now.aborted.by, 60)} aborted: ${clean(now.aborted.reason, 400)}`));
  }
  return lines;
}

function keyOf(state: GoLiveState | undefined): string {
  return state?.waiting === undefined
    ? ''
    : `${state.waiting.kind} ${state.waiting.id} ${state.waiting.since} ${state.waiting.votes ?? ''}`;
}

function waitingLines(state: GoLiveState, style: Style): string[] {
  const { waiting } = state;
  if (waiting === undefined) return [];
  return [
    `${mark('waiting', style)} WAITING for ${waitingFor(state)}: ${clean(waiting.text, 400)}`,
    ...(waiting.votes === undefined ? [] : [`    ${clean(waiting.votes, 600)}`]),
    ...waiting.commands.map((command) => `    ${clean(command, 300)}`),
  ];
}
