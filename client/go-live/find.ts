import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import {
  type Memo,
  MEMO_FIELDS,
  SEARCH_ATTRIBUTES,
  type SearchAttribute,
} from '../../model/state/search-attributes.js';
import { CliError, GRPC, grpcCodeOf } from '../errors.js';
import { clean } from '../render/text.js';

/** The newest go-live of a target, as the server describes it. */
export interface Found {
  target: string;
  runId: string;
  running: boolean;
  /** COMPLETED, TERMINATED, … */
  status: string;
  startedAt: string;
  closedAt?: string;
  /** What `start` noted: who, which runbook and change. */
  memo: Memo;
  /** What its search attributes said last: where it is, and for which role it waits. */
  phase?: string;
  waitingOn?: string;
}

/**
 * Describes the newest go-live of a target.
 * @throws CliError (exit 2) when there is none
 */
export async function findGoLive(client: Client, target: string): Promise<Found> {
  try {
    return foundOf(target, await client.workflow.getHandle(target).describe());
  } catch (error) {
    if (grpcCodeOf(error) !== GRPC.NOT_FOUND && !(error instanceof Error && error.name === 'WorkflowNotFoundError'))
      throw error;
    const known = await knownTargets(client);
    const near = known.length === 0 ? '' : ` Targets with go-lives: ${known.slice(0, 8).join(', ')}.`;
    throw new CliError(`There is no go-live of the target '${target}'.`, {
      exitCode: 2,
      hint: `\`golive list\` shows what there is.${near}`,
    });
  }
}

function foundOf(target: string, description: WorkflowExecutionDescription): Found {
  const memo: Memo = {};
  for (const key of MEMO_FIELDS) {
    const value = description.memo?.[key];
    if (typeof value === 'string') memo[key] = value;
  }
  const phase = attributeOf(description, 'phase');
  const waitingOn = attributeOf(description, 'waitingOn');
  return {
    target,
    runId: description.runId,
    running: description.status.name === 'RUNNING',
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    ...(description.closeTime === undefined ? {} : { closedAt: description.closeTime.toISOString() }),
    memo,
    ...(phase === undefined ? {} : { phase }),
    ...(waitingOn === undefined ? {} : { waitingOn }),
  };
}

/** One search attribute of an execution, as the server keeps it. */
export function attributeOf(
  { typedSearchAttributes }: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>,
  wanted: SearchAttribute,
): string | undefined {
  const name = SEARCH_ATTRIBUTES[wanted];
  const value: unknown = typedSearchAttributes?.getAll().find(({ key }) => key.name === name)?.value;
  return typeof value === 'string' ? clean(value, 60) : undefined;
}

async function knownTargets(client: Client): Promise<string[]> {
  const targets = new Set<string>();
  try {
    for await (const one of client.workflow.list({ query: "WorkflowType = 'goLive'", pageSize: 50 })) {
      targets.add(one.workflowId);
      if (targets.size >= 20) break;
    }
  } catch {
    // Only for the hint.
  }
  return [...targets];
}
