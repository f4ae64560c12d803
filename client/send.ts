import { userInfo } from 'node:os';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { MessageName, Messages, Receipt } from '../model/message.js';
import { parseMessage } from '../model/parse-message.js';
import { CliError, messageOf } from './errors.js';
import { findGoLive } from './find.js';

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
  message: Messages[N],
): Promise<string> {
  const parsed = parseMessage(name, message);
  if (!parsed.ok) throw new CliError(parsed.problem, { exitCode: 2, hint: `See \`golive ${name} --help\`.` });
  const found = await findGoLive(client, target);
  if (!found.running) {
    throw new CliError(`The go-live of '${target}' has ended (${found.status.toLowerCase()}).`, {
      exitCode: 4,
      hint: `Nothing was changed. \`golive status ${target}\` shows its verdict.`,
    });
  }
  const receipt = await update(client, found.target, found.runId, name, parsed.message);
  if (!receipt.accepted) throw new CliError(receipt.reason, { exitCode: 4, hint: receipt.hint });
  return receipt.text;
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
