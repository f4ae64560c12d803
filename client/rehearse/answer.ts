import type { Client } from '@temporalio/client';
import { type Declared, type Reply, repliesTo } from './declared.js';
import { CliError } from '../errors.js';
import type { Keys } from '../terminal/keyboard.js';
import { askPerson } from './question.js';
import type { View } from '../render/view.js';
import type { Screen } from '../terminal/screen.js';
import { send } from '../go-live/send.js';

/** Answers what a rehearsal is asked, with the answers that its runbook declares, each once and said aloud. */
export function declaredAnswers(client: Client, target: string, declared: Declared) {
  const sent = new Set<string>();
  return async ({ state, note }: View, screen: Screen): Promise<void> => {
    if (note !== undefined) return;
    for (const reply of repliesTo(state, declared)) {
      if (sent.has(reply.key)) continue;
      sent.add(reply.key);
      screen.say(reply.line);
      await deliver(client, target, reply, screen);
    }
  };
}

/** Asks the person at the terminal what a rehearsal asks. */
export function askedAnswers(client: Client, target: string, declared: Declared) {
  let asked = '';
  return async ({ state, note }: View, screen: Screen, keys: Keys): Promise<void> => {
    const { waiting } = state;
    if (waiting === undefined || note !== undefined || state.endedAt !== undefined) return;
    const open = state.checklist.filter((item) => item.at === undefined).length;
    const votes = state.approvals.reduce((sum, approval) => sum + approval.votes.length, 0);
    const key = `${waiting.kind} ${waiting.id} ${waiting.since} ${open} ${votes}`;
    if (key === asked) return;
    screen.pause();
    keys.pause();
    try {
      const replies = await askPerson(client, target, state, declared);
      const taken: boolean[] = [];
      for (const reply of replies) taken.push(await deliver(client, target, reply, screen));
      // What was refused is asked again.
      if (taken.includes(true)) asked = key;
    } finally {
      keys.resume();
    }
  };
}

async function deliver(client: Client, target: string, reply: Reply, screen: Screen): Promise<boolean> {
  if (reply.send === undefined) return true;
  const { name, message } = reply.send;
  try {
    await send(client, target, name, message);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    screen.say(
      `${name} was not taken: ${error.message}${error.options.hint === undefined ? '' : ` ${error.options.hint}`}`,
    );
    return false;
  }
}
