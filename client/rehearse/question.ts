import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkbox, input, select } from '@inquirer/prompts';
import { type Choice, needsReason } from '../../model/people/message.js';
import { reasonOf } from '../../model/people/reason.js';
import { readAddress } from '../../model/plan/address.js';
import { shownAs } from '../../model/state/standing.js';
import { phaseSentence } from '../../model/state/transitions.js';
import type { GoLiveState, Waiting } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import type { Declared, Reply } from './declared.js';
import { readOnce } from '../go-live/read-once.js';
import { styleFor } from '../render/style.js';
import { clean } from '../render/text.js';
import { roleName } from '../render/view.js';
import { mark } from '../render/words.js';
import { defaultName } from '../go-live/send.js';
import { print } from '../terminal/tell.js';

const LOOK_MS = 1000;

/**
 * Asks the person at the terminal what a go-live waits for.
 * @returns what to send; nothing when somebody else answered meanwhile, or the time ran out
 */
export async function askPerson(
  client: Client,
  target: string,
  state: GoLiveState,
  declared: Declared,
): Promise<Reply[]> {
  const { waiting } = state;
  if (waiting === undefined) return [];
  const over = new AbortController();
  const answered = new AbortController();
  const watcher = watchQuestion(client, target, waiting, over, answered.signal);
  try {
    if (waiting.kind === 'approval') return [await askVote(state, waiting, declared, over.signal)];
    if (waiting.kind === 'checklist') return await askTicks(state, waiting, declared, over.signal);
    return [await askChoice(state, waiting, declared, over.signal)];
  } catch (error) {
    if (!over.signal.aborted) throw error;
    print('It is not asked any more.');
    return [];
  } finally {
    answered.abort();
    await watcher;
  }
}

/** Takes the question away when it is answered elsewhere. */
async function watchQuestion(
  client: Client,
  target: string,
  waiting: Waiting,
  over: AbortController,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    const now = await readOnce(client, target).catch(() => undefined);
    if (now === undefined) continue;
    const asked = now.state.waiting;
    if (asked?.kind === waiting.kind && asked.id === waiting.id && asked.since === waiting.since) continue;
    over.abort();
    return;
  }
}

async function askVote(state: GoLiveState, waiting: Waiting, declared: Declared, signal: AbortSignal): Promise<Reply> {
  for (const line of factLines(state, waiting.id)) print(line);
  const role = await askRole(state, waiting, signal);
  const vote = await select(
    {
      message: `${clean(waiting.text, 300)} (${roleName(state, role)})`,
      choices: [
        { name: 'approve', value: 'approve' as const },
        { name: 'reject', value: 'reject' as const },
      ],
    },
    { signal },
  );
  const by = await askName(state, role, declared, signal);
  const parts = state.approvals.find(({ id }) => id === waiting.id)?.reasonParts ?? [];
  const reason =
    vote === 'approve' && parts.length > 0 ? await askParts(parts, signal) : await askReason(vote === 'reject', signal);
  const message = { approval: waiting.id, role, by };
  if (vote === 'reject') return { key: '', line: '', send: { name: vote, message: { ...message, reason } } };
  const given = reason === '' ? message : { ...message, reason };
  return { key: '', line: '', send: { name: vote, message: given } };
}

/** What the vote is about, failures first, so that who votes has seen it: the phases, or the gates that were measured last. */
function factLines(state: GoLiveState, approval: string): string[] {
  const style = styleFor(process.stdout, process.env);
  if (state.decisions.some((decision) => decision.id === approval)) {
    return state.phases.map((phase) => {
      const sign = mark(shownAs(phase), style);
      return `  ${sign} ${phase.index} ${clean(phase.title, 100)}: ${clean(phaseSentence(phase) || phase.status, 300)}`;
    });
  }
  const phase = state.phases.findLast((one) => one.gates.length > 0);
  if (phase === undefined) return [];
  const order = (gate: GateResult): number => (gate.verdict === 'go' ? 1 : 0);
  const gates = phase.gates.toSorted((a, b) => order(a) - order(b));
  return [
    `Gates of ${phase.index} ${clean(phase.title, 100)}:`,
    ...gates.map((gate) => `  ${mark(gate.verdict, style)} ${clean(gate.sentence, 300)}`),
  ];
}

async function askTicks(
  state: GoLiveState,
  waiting: Waiting,
  declared: Declared,
  signal: AbortSignal,
): Promise<Reply[]> {
  const open = state.checklist.filter((item) => item.at === undefined && readAddress(item.item).phase === waiting.id);
  const items = await checkbox(
    {
      message: 'Tick what is done',
      required: true,
      choices: open.map((item) => ({ name: `${clean(item.text, 200)} (${roleName(state, item.role)})`, value: item })),
    },
    { signal },
  );
  const replies: Reply[] = [];
  for (const { item, role } of items) {
    const by = await askName(state, role, declared, signal);
    replies.push({ key: '', line: '', send: { name: 'tick', message: { item, role, by } } });
  }
  return replies;
}

async function askChoice(
  state: GoLiveState,
  waiting: Waiting,
  declared: Declared,
  signal: AbortSignal,
): Promise<Reply> {
  const role = await askRole(state, waiting, signal);
  const choices: Choice[] = waiting.choices ?? ['stop'];
  const choice = await select(
    { message: clean(waiting.text, 400), choices: choices.map((value) => ({ name: value, value })) },
    { signal },
  );
  const by = await askName(state, role, declared, signal);
  const reason = await askReason(needsReason(choice), signal);
  return {
    key: '',
    line: '',
    send: { name: 'choose', message: { choice, role, by, ...(reason === '' ? {} : { reason }) } },
  };
}

async function askRole(state: GoLiveState, waiting: Waiting, signal: AbortSignal): Promise<string> {
  const approval = state.approvals.find((one) => one.id === waiting.id);
  const given = new Set(approval?.votes.filter((vote) => vote.status === 'counted').map((vote) => vote.role));
  const left = waiting.roles.filter((role) => !given.has(role));
  const roles = left.length === 0 ? waiting.roles : left;
  const [only = ''] = roles;
  if (roles.length <= 1) return only;
  return await select(
    { message: 'In which role?', choices: roles.map((role) => ({ name: roleName(state, role), value: role })) },
    { signal },
  );
}

function askName(state: GoLiveState, role: string, { people }: Declared, signal: AbortSignal): Promise<string> {
  const fallback = people[role] ?? defaultName();
  return input({ message: `Name (${roleName(state, role)})`, default: fallback, required: true }, { signal });
}

/** Each part of a reason by itself. */
async function askParts(parts: readonly string[], signal: AbortSignal): Promise<string> {
  const said = new Map<string, string>();
  for (const part of parts) said.set(part, await input({ message: `Reason, ${part}`, required: true }, { signal }));
  return reasonOf(parts, (part) => said.get(part)?.trim() ?? '');
}

async function askReason(required: boolean, signal: AbortSignal): Promise<string> {
  return (await input({ message: required ? 'Reason' : 'Reason (may be empty)', required }, { signal })).trim();
}
