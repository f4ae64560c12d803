import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { goLiveIdOf } from '../../model/plan/address.js';
import { type Memo, SEARCH_ATTRIBUTES, type SearchAttribute } from '../../model/state/search-attributes.js';
import { CliError } from '../errors.js';
import { attributeOf } from './find.js';
import { clean } from '../render/text.js';

/** Go-lives that are looked through for those that take back others. */
const MOST_BACKS = 1000;

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
  /** Something was left as it is, whatever the verdict. */
  rollbackIncomplete: boolean;
  /** `running`, a verdict, or how it ended when it has none (`terminated`). */
  verdict: string;
  phase: string;
  waitingOn: string;
  running: boolean;
  startedBy: string;
  startedAt: string;
  closedAt: string | null;
  runId: string;
  /** The earlier go-live that it takes back: `<target>/<change>`. */
  takesBack?: string;
  /** The last go-live that took it back, or a part of it, since, and what that came to. */
  takenBack?: { by: string; verdict: string };
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
  // Who takes back is newer, so it was read before; unless a verdict was asked for, and it has another.
  const backs = verdict === undefined ? rows : await listGoLives(client, { limit: MOST_BACKS, target });
  return rows.map((row) => withTakenBack(row, backs));
}

/** What took a go-live back counts for more than what was to do so later and did not. The last stands first in the list. */
function withTakenBack(row: Listed, backs: readonly Listed[]): Listed {
  const its = backs.filter(({ takesBack }) => takesBack === goLiveIdOf(row.target, row.change));
  const back = its.find(({ verdict }) => verdict === 'go') ?? its[0];
  return back ? { ...row, takenBack: { by: goLiveIdOf(back.target, back.change), verdict: back.verdict } } : row;
}

/** @throws CliError (exit 2): the query language has no way to write both quotes */
export function quoted(text: string): string {
  if (/^[^'"\\\p{Cc}]+$/u.test(text)) return `'${text}'`;
  throw new CliError(`'${clean(text, 60)}' cannot be a target.`, {
    exitCode: 2,
    hint: '`golive list` shows the targets.',
  });
}

function listed(info: WorkflowExecutionInfo): Listed {
  const attribute = (wanted: SearchAttribute): string => attributeOf(info, wanted) ?? '';
  const running = info.status.name === 'RUNNING';
  const said = attribute('verdict');
  const memo = (name: keyof Memo): string | undefined => {
    const value: unknown = info.memo?.[name];
    return typeof value === 'string' ? clean(value, 130) : undefined;
  };
  const takesBack = memo('takesBack');
  return {
    target: clean(info.workflowId, 60),
    change: attribute('change'),
    runbook: attribute('runbook'),
    mode: attribute('mode'),
    verdict: !running && (said === 'running' || said === '') ? info.status.name.toLowerCase() : said || 'running',
    rollbackIncomplete: memo('rollback') === 'incomplete',
    phase: attribute('phase'),
    waitingOn: attribute('waitingOn'),
    running,
    startedBy: clean(memo('startedBy') ?? '', 60),
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
    runId: info.runId,
    ...(takesBack === undefined ? {} : { takesBack }),
  };
}
