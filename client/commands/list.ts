import type { Command } from '@commander-js/extra-typings';
import { changeOf } from '../../model/plan/address.js';
import { table } from '../render/table.js';
import { clean } from '../render/text.js';
import { CliError } from '../errors.js';
import type { Listed, ListFilter } from '../go-live/list.js';

/** `golive list`: the go-lives of this server. */
export function register(program: Command): void {
  program
    .command('list')
    .summary('list go-lives, newest first')
    .description('List the go-lives that the server knows, newest first.')
    .option('--target <target>', 'only of this target')
    .option('--verdict <verdict>', 'only with this verdict: go, waived, inconclusive, no-go, running', parseVerdict)
    .option('--limit <n>', 'how many at most', parseLimit, 20)
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  golive list --verdict no-go')
    .action(async (options) => {
      const [{ connect }, { listGoLives }, { isPolled }, { talk }] = await Promise.all([
        import('../server/connection.js'),
        import('../go-live/list.js'),
        import('../server/polled.js'),
        import('../terminal/tell.js'),
      ]);
      const connection = await connect();
      try {
        const filter: ListFilter = { limit: options.limit, target: options.target, verdict: options.verdict };
        const rows = await listGoLives(connection.client, filter);
        if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        else process.stdout.write(listing(rows, filter));
        if (rows.some(({ running }) => running) && !(await isPolled(connection.client)))
          talk('No worker answers: what runs stands still. `golive up --detach` starts one; nothing is lost.');
      } finally {
        await connection.close();
      }
    });
}

/** The go-lives as a table, or in a sentence that there are none like these. */
export function listing(rows: readonly Listed[], { target, verdict }: Pick<ListFilter, 'target' | 'verdict'>): string {
  if (rows.length === 0) {
    if (target === undefined && verdict === undefined)
      return 'No go-lives. `golive rehearse <runbook>` or `golive start <runbook>` begins one.\n';
    const of = target === undefined ? '' : ` of '${clean(target)}'`;
    const like =
      verdict === undefined ? '' : verdict === 'running' ? ' is running' : ` has the verdict ${clean(verdict)}`;
    return `No go-live${of}${like || ' is there'}. \`golive list\` without options shows all.\n`;
  }
  const head = ['TARGET', 'CHANGE', 'RUNBOOK', 'MODE', 'VERDICT', 'PHASE', 'WAITING FOR', 'STARTED', 'BY'];
  const cells = rows.map((row) => [
    row.target,
    row.change,
    row.runbook,
    row.mode,
    verdictText(row),
    row.running ? row.phase : '',
    row.running ? row.waitingOn : '',
    row.startedAt.slice(0, 16).replace('T', ' '),
    row.startedBy,
  ]);
  return table(head, cells);
}

/** What it came to, and what became of it since. */
export function verdictText({ verdict, rollbackIncomplete, takenBack }: Listed): string {
  const own = rollbackIncomplete ? `${verdict}, ROLLBACK INCOMPLETE` : verdict;
  if (!takenBack) return own;
  const by = changeOf(takenBack.by);
  return takenBack.verdict === 'go' ? `${own}, taken back by ${by}` : `${own}, ${by}: ${takenBack.verdict}`;
}

function parseVerdict(text: string): string {
  const known = ['go', 'waived', 'inconclusive', 'no-go', 'running'];
  if (known.includes(text)) return text;
  throw new CliError(`'${text}' is not a verdict.`, { exitCode: 2, hint: `One of: ${known.join(', ')}.` });
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1000) return limit;
  const hint = 'Give a whole number from 1 to 1000.';
  throw new CliError(`'${text}' is not a number of go-lives.`, { exitCode: 2, hint });
}
