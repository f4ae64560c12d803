import { formatClock } from '../../model/duration.js';
import type { GoLiveState, Waiting } from '../../model/state/state.js';
import type { Style } from './style.js';
import { clean, fit, spread, width, wrap } from './text.js';
import { roleName } from './view.js';

/** For whom a go-live waits, as people call them: "CTO, QA lead"; "nobody" when it runs. */
export function waitingFor(state: GoLiveState): string {
  const { waiting } = state;
  if (waiting === undefined) return 'nobody';
  return waiting.roles.map((role) => clean(roleName(state, role), 30)).join(', ') || 'an operator';
}

function question(waiting: Waiting): string {
  const text = clean(waiting.text, 700);
  return waiting.kind === 'approval' ? `"${text}"` : text;
}

/** What is waited for, since when, until when, and the exact commands that answer it. */
export function waitingBlock(state: GoLiveState, nowMs: number, style: Style, columns: number): string[] {
  const { waiting } = state;
  if (waiting === undefined) return [];
  const since = formatClock(nowMs - Date.parse(waiting.since));
  const head = ` ${style.warn('●')} ${style.bold(`WAITING ${since} for ${waitingFor(state)}:`)} ${question(waiting)}`;
  const commands = waiting.commands.map((command) => clean(command, 300));
  const [first] = commands;
  const lines =
    commands.length === 1 && first !== undefined && width(head) + width(first) + 5 <= columns
      ? [spread(head, style.accent(first), columns - 1)]
      : [...wrapped(head, columns), ...commands.map((command) => fit(`     ${style.accent(command)}`, columns))];
  if (waiting.votes !== undefined) lines.push(...wrap(clean(waiting.votes, 600), columns - 6).map((l) => `     ${l}`));
  if (waiting.about !== undefined)
    lines.push(...wrap(`about: ${clean(waiting.about, 400)}`, columns - 6).map((l) => `     ${l}`));
  if (waiting.expiresAt !== undefined) {
    const left = Date.parse(waiting.expiresAt) - nowMs;
    const end = waiting.kind === 'operator' ? 'the go-live stops' : 'it counts as refused';
    lines.push(fit(style.dim(`     ${formatClock(left)} left; without an answer ${end}`), columns));
  }
  return lines;
}

function wrapped(head: string, columns: number): string[] {
  return wrap(head, columns - 1).map((line, index) => (index === 0 ? ` ${line.trimStart()}` : `   ${line}`));
}
