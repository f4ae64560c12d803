import type { Choice, MessageName, Messages } from '../../model/people/message.js';
import { fills } from '../../model/people/need.js';
import { missingParts, reasonOf } from '../../model/people/reason.js';
import { readAddress } from '../../model/plan/address.js';
import type { GoLiveState, Waiting } from '../../model/state/state.js';
import type { ApprovalState } from '../../model/people/approval.js';
import { roleName } from '../render/view.js';

/** What a runbook says that people answer in a rehearsal without people. */
export interface DeclaredAnswer {
  by?: string | undefined;
  vote?: 'approve' | 'reject' | 'silence' | undefined;
  reason?: string | undefined;
}

export interface Declared {
  /** By approval or checklist item; `*` for all others. */
  answers: Record<string, DeclaredAnswer>;
  operator?:
    | { choice: Choice; by?: string | undefined; role?: string | undefined; reason?: string | undefined }
    | undefined;
  /** Role → name. */
  people: Record<string, string>;
}

/** One message that a declared answer sends, and the line that says so; without a message it is silence. */
export interface Reply {
  /** The same reply is sent once: names question, role and person. */
  key: string;
  line: string;
  send?: { [N in MessageName]: { name: N; message: Messages[N] } }[MessageName];
}

const REASON = 'declared rehearsal answer';

/** The declared answers to what a go-live waits for now. */
export function repliesTo(state: GoLiveState, declared: Declared): Reply[] {
  const { waiting } = state;
  if (waiting === undefined || state.endedAt !== undefined) return [];
  if (waiting.kind === 'operator') return [operatorReply(waiting, declared)];
  if (waiting.kind === 'checklist') return tickReplies(state, waiting, declared);
  const approval = state.approvals.find((one) => one.id === waiting.id);
  return approval === undefined ? [] : voteReplies(state, waiting, approval, declared);
}

function answerTo(id: string, { answers }: Declared): DeclaredAnswer {
  return (Object.hasOwn(answers, id) ? answers[id] : answers['*']) ?? {};
}

function person(state: GoLiveState, role: string, { people }: Declared): string {
  return (Object.hasOwn(people, role) ? people[role] : undefined) ?? `Rehearsal ${roleName(state, role)}`;
}

function voteReplies(state: GoLiveState, waiting: Waiting, approval: ApprovalState, declared: Declared): Reply[] {
  const answer = answerTo(approval.id, declared);
  const key = `vote ${approval.id} ${waiting.since}`;
  if (answer.vote === 'silence') {
    const end = waiting.expiresAt === undefined ? '' : `; it expires at ${waiting.expiresAt}`;
    return [{ key, line: `declared rehearsal answer: silence, nobody answers ${approval.id}${end}` }];
  }
  const vote = answer.vote ?? 'approve';
  const votes = approval.votes.filter((one) => one.status === 'counted');
  const reason = reasonFor(approval, answer.reason ?? REASON);
  return approval.needs.flatMap((need) => {
    const { role, count } = need;
    const given = votes.filter((one) => fills(need, one.role)).length;
    return Array.from({ length: Math.max(0, count - given) }, (_, index) => {
      const name = approval.needs.length === 1 && answer.by !== undefined ? answer.by : person(state, role, declared);
      const by = given + index === 0 ? name : `${name} ${given + index + 1}`;
      const message = { approval: approval.id, role, by, reason };
      const word = vote === 'approve' ? 'approval' : 'rejection';
      const line = `declared rehearsal ${word}: ${approval.id} by ${by} as ${roleName(state, role)}: ${message.reason}`;
      return { key: `${key} ${role} ${by}`, line, send: { name: vote, message } };
    });
  });
}

/** What is declared, as a reason with the parts that are asked for: one text stands in each that it does not give. */
function reasonFor({ reasonParts: names = [] }: ApprovalState, declared: string): string {
  return missingParts(declared, names).length === 0 ? declared : reasonOf(names, () => declared);
}

function tickReplies(state: GoLiveState, waiting: Waiting, declared: Declared): Reply[] {
  return state.checklist
    .filter((item) => item.at === undefined && readAddress(item.item).phase === waiting.id)
    .map(({ item, role }) => {
      const answer = answerTo(item, declared);
      const key = `tick ${item}`;
      if (answer.vote === 'silence' || answer.vote === 'reject') {
        return { key, line: `declared rehearsal answer: silence, nobody ticks ${item}` };
      }
      const message = { item, role, by: answer.by ?? person(state, role, declared), note: answer.reason ?? REASON };
      return {
        key,
        line: `declared rehearsal tick: ${item} by ${message.by} as ${roleName(state, role)}`,
        send: { name: 'tick', message },
      };
    });
}

function operatorReply(waiting: Waiting, { operator, people }: Declared): Reply {
  const wanted = operator?.choice ?? 'stop';
  const choice = waiting.choices === undefined || waiting.choices.includes(wanted) ? wanted : 'stop';
  const role =
    operator?.role !== undefined && waiting.roles.includes(operator.role)
      ? operator.role
      : (waiting.roles[0] ?? 'operator');
  const by = operator?.by ?? people[role] ?? 'Rehearsal operator';
  const message = { choice, role, by, reason: operator?.reason ?? REASON };
  return {
    key: `choose ${waiting.id} ${waiting.since}`,
    line: `declared rehearsal choice: ${choice} by ${by} as ${role}, about ${waiting.id}`,
    send: { name: 'choose', message },
  };
}
