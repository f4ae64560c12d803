import { userInfo } from 'node:os';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { MessageName, Messages, Receipt } from '../../model/people/message.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import { parseMessage } from '../../model/people/parse-message.js';
import { CliError, messageOf } from '../errors.js';
import { type Found, findGoLive } from './find.js';
import { readOnce } from './read-once.js';
import { talk } from '../terminal/tell.js';

const UPDATE_MS = 15_000;

/** The name of the person at the keyboard, for `--by`. */
export function defaultName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? 'unknown';
  }
}

/**
 * Sends a message to the running go-live of a target and waits for its answer.
 * @throws CliError: exit 2 when there is no such go-live or the message cannot be read, 4 when it has ended, refuses,
 *   or no worker answers within 15 s
 */
export async function send<N extends MessageName>(
  client: Client,
  target: string,
  name: N,
  message: Unnamed<N>,
  options: { key?: string | undefined } = {},
): Promise<string> {
  const parsed = parseMessage(name, { ...message, by: message.by ?? defaultName() });
  if (!parsed.ok) throw new CliError(parsed.problem, { exitCode: 2, hint: `See \`golive ${name} --help\`.` });
  const found = await findGoLive(client, target);
  if (!found.running) {
    throw new CliError(`The go-live of '${target}' has ended (${found.status.toLowerCase()}).`, {
      exitCode: 4,
      hint: `Nothing was changed. \`golive status ${target}\` shows its verdict.`,
    });
  }
  const outgoing =
    found.memo.signing === 'signed' ? await signMessage(client, found, name, message, options.key) : parsed.message;
  const receipt = await update(client, found.target, found.runId, name, outgoing);
  if (!receipt.accepted) throw new CliError(receipt.reason, { exitCode: 4, hint: receipt.hint });
  return receipt.text;
}

/** A message in which the person may be left out: the user of this computer, or whoever the key belongs to. */
export type Unnamed<N extends MessageName> = Omit<Messages[N], 'by'> & { by?: string | undefined };

/** Signs a message about what stands now. @throws CliError: exit 2 without a key, 4 when there is nothing to sign */
async function signMessage<N extends MessageName>(
  client: Client,
  found: Found,
  name: N,
  message: Unnamed<N>,
  key: string | undefined,
): Promise<object> {
  const { state } = await readOnce(client, found.target);
  if (!state.signing)
    throw new CliError('The go-live does not say who may sign.', { exitCode: 4, hint: 'Nothing was sent.' });
  const { chooseSigner, sign } = await import('../people/sign.js');
  const breakGlass = (message as { breakGlass?: string }).breakGlass === 'yes';
  const { by, own } = await chooseSigner({ signing: state.signing, by: message.by, breakGlass, key });
  const whole = { ...message, by } as unknown as Messages[N];
  const expected = expectedStatement(state, name, whole);
  if (typeof expected === 'string') {
    throw new CliError(expected, { exitCode: 4, hint: `\`golive status ${found.target}\` shows what is waited for.` });
  }
  const bound = expected.digest === '' ? '' : `, bound to ${expected.digest.slice(0, 12)}`;
  talk(`Signing as ${by} (${own.signer.principals.join()}): ${name} ${expected.about} of ${expected.goLive}${bound}.`);
  const asked = state.waiting?.expiresAt === undefined ? 0 : Date.parse(state.waiting.expiresAt) - Date.now();
  return { ...whole, ...(await sign(expected, own, Date.now(), asked)) };
}

async function update(
  client: Client,
  target: string,
  runId: string,
  name: MessageName,
  message: unknown,
): Promise<Receipt> {
  const handle = client.workflow.getHandle(target, runId);
  try {
    return await client.withDeadline(Date.now() + UPDATE_MS, () =>
      handle.executeUpdate<Receipt, [unknown]>(name, { args: [message] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error)) {
      throw new CliError(`No worker took the message within ${UPDATE_MS / 1000} s.`, {
        exitCode: 4,
        where: `workflow ${target}`,
        hint: 'Start one with `golive up --detach`, or look with `golive doctor`. It may still be taken when a worker is back: look at `golive status` before you send it again.',
      });
    }
    if (error instanceof WorkflowUpdateFailedError) {
      const said = error.cause === undefined ? error.message : messageOf(error.cause);
      throw new CliError(said, { exitCode: 4, hint: `\`golive status ${target}\` shows what is waited for.` });
    }
    throw error;
  }
}
