import { rolesAsked } from '../../model/people/need.js';
import type { MessageName } from '../../model/people/message.js';
import type { GoLiveState, Waiting } from '../../model/state/state.js';
import { connect } from '../server/connection.js';
import { CliError } from '../errors.js';
import type { Draft } from '../people/verbs.js';
import { checkNamed } from '../people/named.js';
import { readOnce } from './read-once.js';
import { send, type Unnamed } from './send.js';
import { print } from '../terminal/tell.js';

export interface SendOptions<N extends MessageName> {
  target: string;
  name: N;
  draft: Draft<N>;
  /** The question that the message answers, to infer the role from; none = the message has no role. */
  answers?: { kind: Waiting['kind']; id?: string };
  json?: boolean | undefined;
  /** SSH key to sign with, where names are signed. */
  key?: string | undefined;
}

/**
 * Sends one message and prints the answer. A role that was left out is inferred when only one is asked for.
 * @throws CliError: exit 2 for bad input, 4 when it is refused or nobody answers
 */
export async function sendAndPrint<N extends MessageName>({
  target,
  name,
  draft,
  answers,
  json,
  key,
}: SendOptions<N>): Promise<void> {
  const connection = await connect();
  try {
    const { client } = connection;
    const role = await roleOf({ target, name, draft, answers }, () => readOnce(client, target));
    const message = { ...draft, ...(role === undefined ? {} : { role }) };
    const text = await send(client, target, name, withoutUndefined(message) as Unnamed<N>, { key });
    print(json ? { accepted: true, text } : text);
  } finally {
    await connection.close();
  }
}

/** The role that was given, or the one that is asked for; a name that the go-live does not have is told before. */
async function roleOf<N extends MessageName>(
  { target, name, draft, answers }: Pick<SendOptions<N>, 'target' | 'name' | 'draft' | 'answers'>,
  read: () => ReturnType<typeof readOnce>,
): Promise<string | undefined> {
  const given = 'role' in draft ? draft.role : undefined;
  // Who names nothing and says the role needs no look at the go-live.
  if (NAMES_NOTHING.includes(name) && (answers === undefined || given !== undefined)) return given;
  const { state } = await read();
  checkNamed(state, name, draft);
  return answers === undefined ? given : (given ?? inferRole(state, target, answers));
}

const NAMES_NOTHING: readonly MessageName[] = ['abort', 'choose'];

function withoutUndefined(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
}

function inferRole(
  state: GoLiveState,
  target: string,
  { kind, id }: NonNullable<SendOptions<MessageName>['answers']>,
): string {
  const tick = kind === 'checklist' ? state.checklist.find((item) => item.item === id) : undefined;
  const approval = kind === 'approval' ? state.approvals.find((one) => one.id === id) : undefined;
  const asked =
    state.waiting?.kind === kind && (id === undefined || state.waiting.id === id) ? state.waiting.roles : [];
  const roles = tick ? [tick.role] : approval ? rolesAsked(approval.needs) : asked;
  const [only] = roles;
  if (only !== undefined && roles.length === 1) return only;
  const known = Object.keys(state.roles).join(', ');
  throw new CliError('Say in which role you speak: --as ROLE.', {
    exitCode: 2,
    where: `target ${target}`,
    hint: roles.length > 1 ? `It asks for: ${roles.join(', ')}.` : `The roles of this runbook are: ${known}.`,
  });
}
