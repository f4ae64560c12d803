import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { planMarkdown } from '../../model/state/board.js';
import { TASK_QUEUE } from '../../model/state/contract.js';
import { canonicalJson } from '../../model/json.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Signed } from '../../model/signing/signing.js';
import { labelsOf } from '../../model/state/search-attributes.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { OpenConnection } from '../server/connection.js';
import { CliError } from '../errors.js';
import { type Found, findGoLive } from './find.js';
import { clean } from '../render/text.js';

/** SHA-256 of the plan's canonical JSON, in hex: what approvals bind to. */
export function planDigestOf(plan: Plan): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

/**
 * Starts a go-live. Its workflow id is the target's name, so that one target has one running go-live.
 * @param startedBy who starts it
 * @param signed proves it, where names are signed
 * @throws CliError (exit 4) when the target is busy
 */
export async function launch(
  connection: OpenConnection,
  plan: Plan,
  startedBy: string,
  signed?: Signed,
): Promise<Pick<Found, 'target' | 'runId'>> {
  const target = plan.target.id;
  const start = { plan, startedBy, planDigest: planDigestOf(plan), ...(signed ? { signed } : {}) };
  try {
    const handle = await connection.client.workflow.start<(start: unknown) => Promise<GoLiveState>>('goLive', {
      workflowId: target,
      taskQueue: TASK_QUEUE,
      args: [start],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      // A worker that died with a workflow task is given up after this; shorter values misfire on a busy machine.
      workflowTaskTimeout: '5s',
      staticSummary: `${plan.runbook.title} · ${plan.change}`,
      staticDetails: planMarkdown(plan.phases),
      ...labelsOf(plan, startedBy, plan.runbook.title),
    });
    return { target, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw await busy(connection, target);
    throw error;
  }
}

/** @throws CliError (exit 4) when a go-live of the target runs; to be asked before something costly is started for it */
export async function refuseBusy(connection: OpenConnection, target: string): Promise<void> {
  if (await isBusy(connection, target)) throw await busy(connection, target);
}

/** Whether a go-live of the target runs. */
export async function isBusy({ client }: OpenConnection, target: string): Promise<boolean> {
  return client.workflow
    .getHandle(target)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    );
}

/**
 * Refuses a change whose evidence is there already: it is never written over, and a second go-live could not begin.
 * Looks at this machine only; elsewhere the worker refuses it.
 *
 * @throws CliError (exit 4)
 */
export function refuseUsed({ change, target, evidence }: Plan): void {
  const { directory } = evidence;
  if (!existsSync(join(directory, 'data', 'plan.json'))) return;
  const sealed = existsSync(join(directory, TAG_MANIFEST));
  const next = freeChange(directory, change);
  throw new CliError(
    `The change '${change}' was used before on '${target.id}': ${
      sealed ? 'its evidence is sealed' : 'a go-live that did not end left its evidence'
    } there.`,
    {
      exitCode: 4,
      where: directory,
      hint: `Start it as a change of its own: --change ${next}\nEvidence is never written over; \`golive verify ${directory}\` checks what is there.`,
    },
  );
}

/** `c1` becomes `c1-2`, or the next that has no evidence yet. */
function freeChange(directory: string, change: string): string {
  for (let number = 2; ; number += 1) {
    const next = `${change}-${number}`;
    if (!existsSync(join(dirname(directory), next))) return next;
  }
}

async function busy({ client }: OpenConnection, target: string): Promise<CliError> {
  const { memo, startedAt } = await findGoLive(client, target);
  const what =
    memo.title === undefined
      ? 'Another workflow'
      : `"${clean(memo.title, 100)}", change ${clean(memo.change ?? '?', 60)} (${memo.mode}),`;
  const who = memo.startedBy === undefined ? '' : ` by ${clean(memo.startedBy, 60)}`;
  return new CliError(`The target '${target}' is busy: ${what} was started${who} at ${startedAt} and still runs.`, {
    exitCode: 4,
    where: `workflow ${target}`,
    hint: `Watch it: golive watch ${target}\nEnd it: golive abort ${target} --reason "…"`,
  });
}
