import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { type Memo, SEARCH_ATTRIBUTES, type SearchAttribute } from '../../model/state/search-attributes.js';
import { CliError } from '../errors.js';
import { clean } from '../render/text.js';

export interface ListFilter {
  limit: number;
  target?: string | undefined;
  verdict?: string | undefined;
}

/** One go-live as the server's visibility store knows it. */
export interface Listed {
  target: string;
  change: string;
  runbook: string;
  mode: string;
  /** `running`, a verdict, or how it ended when it has none (`terminated`). */
  verdict: string;
  phase: string;
  waitingOn: string;
  running: boolean;
  startedBy: string;
  startedAt: string;
  closedAt: string | null;
  runId: string;
}

/**
 * Go-lives, newest first.
 * @throws CliError (exit 2) when a filter holds a quote
 */
export async function listGoLives(client: Client, { limit, target, verdict }: ListFilter): Promise<Listed[]> {
  const terms = ["WorkflowType = 'goLive'"];
  if (target !== undefined) terms.push(`WorkflowId = ${quoted(target)}`);
  if (verdict !== undefined) terms.push(`${SEARCH_ATTRIBUTES.verdict} = ${quoted(verdict)}`);
  const rows: Listed[] = [];
  for await (const info of client.workflow.list({ query: terms.join(' AND '), pageSize: Math.min(limit, 100) })) {
    rows.push(listed(info));
    if (rows.length >= limit) break;
  }
  return rows;
}

/** @throws CliError (exit 2): the query language has no way to write both quotes */
function quoted(text: string): string {
  if (/^[^'"\\\p{Cc}]+$/u.test(text)) return `'${text}'`;
  throw new CliError(`'${clean(text, 60)}' cannot be a target.`, {
    exitCode: 2,
    hint: '`golive list` shows the targets.',
  });
}

function listed(info: WorkflowExecutionInfo): Listed {
  const attribute = (wanted: SearchAttribute): string => {
    const name = SEARCH_ATTRIBUTES[wanted];
    const value: unknown = info.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value;
    return typeof value === 'string' ? clean(value, 60) : '';
  };
  const running = info.status.name === 'RUNNING';
  const said = attribute('verdict');
  const startedBy: unknown = info.memo?.['startedBy' satisfies keyof Memo];
  return {
    target: clean(info.workflowId, 60),
    change: attribute('change'),
    runbook: attribute('runbook'),
    mode: attribute('mode'),
    verdict: !running && (said === 'running' || said === '') ? info.status.name.toLowerCase() : said || 'running',
    phase: attribute('phase'),
    waitingOn: attribute('waitingOn'),
    running,
    startedBy: typeof startedBy === 'string' ? clean(startedBy, 60) : '',
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
    runId: info.runId,
  };
}
