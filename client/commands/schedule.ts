import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { table } from '../render/table.js';
import { clean } from '../render/text.js';
import type { Client } from '@temporalio/client';
import { onClock } from '../../model/plan/calendar.js';
import type { ScheduledResult, ScheduleRow } from '../../model/plan/schedule.js';
import { collectInput, parseMode, parseName, parseTimeScale } from '../terminal/options.js';

/** How `golive schedule run` ends; what is missing is as bad input. */
const EXITS: Record<ScheduledResult['status'], number> = {
  go: 0,
  waived: 0,
  there: 0,
  missing: 2,
  inconclusive: 3,
  'no-go': 3,
  blackout: 4,
  overlap: 4,
};
/** How `golive schedule apply` ends when one of the schedules is not as the runbook says. */
const NOT_ALL_APPLIED = 4;
/** Longest that a reason is. */
const REASON = 300;
/** Longest that the result of a run is in the list; the whole stands in `--json`. */
const RESULT = 60;

/** `golive schedule`: runs without people. */
export function register(program: Command): void {
  const schedule = program
    .command('schedule')
    .summary('apply, list, run, pause, resume or remove schedules')
    .description(
      'Runs of a runbook’s phases, or looks for what it needs, without people, on Temporal Schedules: overlap is skipped, a missed run is caught up only within minutes.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  golive schedule apply runbooks/unattended-operations.yaml --target agent --mode live\n  golive schedule list',
    );
  registerApply(schedule);
  registerList(schedule);
  registerRun(schedule);
  registerState(schedule);
}

async function withClient<T>(act: (client: Client) => Promise<T>): Promise<T> {
  const { connect } = await import('../server/connection.js');
  const connection = await connect();
  try {
    return await act(connection.client);
  } finally {
    await connection.close();
  }
}

function registerApply(schedule: CommandUnknownOpts): void {
  schedule
    .command('apply')
    .summary('make the schedules of a target what a runbook says')
    .description(
      'Create, update and remove the schedules of a runbook on a target. A paused schedule stays paused.\nOne that cannot be applied keeps no other from it: each is told of. Exit codes: 0 all are, 4 one is not.',
    )
    .argument('<runbook>', 'file of the runbook')
    .requiredOption('--target <target>', 'what it acts on', parseName)
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--mode <mode>', 'rehearse or live', parseMode, 'rehearse' as const)
    .option('--time-scale <n>', 'how many times faster it waits, in rehearsals', parseTimeScale)
    .option('--by <name>', 'who applies it (default: the owner of the key, else the user of this computer)')
    .option('--key <file>', 'SSH key to sign with (default: one of yours that may)')
    .option('--evidence <dir>', 'folder for the evidence (default: ./evidence)')
    .option('--json', 'print one JSON object')
    .option('-y, --yes', 'do not ask before schedules run live')
    .addHelpText(
      'after',
      '\nExample:\n  golive schedule apply runbooks/unattended-operations.yaml --target agent --mode live',
    )
    .action(async (file, options) => {
      const [{ applySchedules }, { print }] = await Promise.all([
        import('../go-live/schedules.js'),
        import('../terminal/tell.js'),
      ]);
      const applied = await withClient((client) => applySchedules(client, file, options));
      if (applied.some(({ what }) => what === 'failed')) process.exitCode = NOT_ALL_APPLIED;
      if (options.json) return print({ applied });
      for (const { what, schedule: name, why } of applied)
        print(`${what.padEnd(8)} ${name}${why === undefined ? '' : `: ${clean(why, REASON)}`}`);
    });
}

function registerList(schedule: CommandUnknownOpts): void {
  schedule
    .command('list')
    .summary('list schedules with their last and next runs')
    .description(
      'Every schedule with its purpose, its state, its next run, its last run and the result of that, and how often it ran.',
    )
    .option('--target <target>', 'only those of this target', parseName)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive schedule list --target agent')
    .action(async (options) => {
      const [{ listSchedules }, { print }] = await Promise.all([
        import('../go-live/schedule-list.js'),
        import('../terminal/tell.js'),
      ]);
      const rows = await withClient((client) => listSchedules(client, options.target));
      if (options.json) return print({ schedules: rows });
      process.stdout.write(listing(rows));
    });
}

function registerRun(schedule: CommandUnknownOpts): void {
  schedule
    .command('run')
    .summary('run a schedule now')
    .description(
      'Start a run now and wait for its result. Within a blackout it needs --override, which is recorded.\n' +
        'Exit codes: 0 go, or all is there, 2 something is missing, 3 no-go, 4 nothing was started.',
    )
    .argument('<target>', 'target of the schedule', parseName)
    .argument('<schedule>', 'its id')
    .option('--by <name>', 'who asks for it (default: the owner of the key, else the user of this computer)')
    .option('--key <file>', 'SSH key to sign the run with (default: one of yours that may)')
    .option('--override <reason>', 'run it in spite of a blackout')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive schedule run agent drill')
    .action(async (target, name, options) => {
      const [{ runSchedule }, { print }, { preflightTable }, { styleFor }] = await Promise.all([
        import('../go-live/schedules.js'),
        import('../terminal/tell.js'),
        import('../render/preflight.js'),
        import('../render/style.js'),
      ]);
      const result = await withClient((client) => runSchedule(client, target, name, options));
      const { status, sentence, findings = [] } = result;
      if (options.json) print(result);
      else {
        process.stdout.write(preflightTable(findings, (where) => where, styleFor(process.stdout, process.env)));
        print(`${status.toUpperCase()}  ${sentence}`);
      }
      process.exitCode = EXITS[status];
    });
}

function registerState(schedule: CommandUnknownOpts): void {
  for (const [verb, past, summary] of [
    ['pause', 'paused', 'start nothing until it is resumed'],
    ['resume', 'resumed', 'go on after a pause'],
  ] as const) {
    schedule
      .command(verb)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}. The reason stands with the schedule.`)
      .argument('<target>', 'target of the schedule', parseName)
      .argument('<schedule>', 'its id')
      .requiredOption('--reason <text>', 'why')
      .addHelpText('after', `\nExample:\n  golive schedule ${verb} agent drill --reason "the lab is rebuilt"`)
      .action(async (target, name, { reason }) => {
        const [schedules, { print }] = await Promise.all([
          import('../go-live/schedules.js'),
          import('../terminal/tell.js'),
        ]);
        const act = verb === 'pause' ? schedules.pauseSchedule : schedules.resumeSchedule;
        await withClient((client) => act(client, target, name, reason));
        print(`${name} of ${target} is ${past}.`);
      });
  }
  schedule
    .command('remove')
    .summary('remove a schedule')
    .description('Remove a schedule. Its runs and their evidence stay.')
    .argument('<target>', 'target of the schedule', parseName)
    .argument('<schedule>', 'its id')
    .addHelpText('after', '\nExample:\n  golive schedule remove agent drill')
    .action(async (target, name) => {
      const [{ removeSchedule }, { print }] = await Promise.all([
        import('../go-live/schedules.js'),
        import('../terminal/tell.js'),
      ]);
      await withClient((client) => removeSchedule(client, target, name));
      print(`${name} of ${target} is removed.`);
    });
}

function listing(rows: readonly ScheduleRow[]): string {
  if (rows.length === 0) return 'No schedules. `golive schedule apply <runbook>` makes those of a runbook.\n';
  const short = (time: string | undefined): string => (time === undefined ? '–' : time.slice(0, 19).replace('T', ' '));
  const head = [
    'TARGET',
    'SCHEDULE',
    'WHEN',
    'ZONE',
    'STATE',
    'NEXT (UTC)',
    'ENDS',
    'LAST (UTC)',
    'RESULT',
    'RUNS',
    'BY HAND',
    'MISSED',
    'SKIPPED',
    'PURPOSE',
  ];
  const cells = rows.map((row) => [
    row.target,
    row.schedule,
    row.times,
    row.timezone,
    row.state,
    short(row.next[0]),
    row.ends?.slice(0, 10) ?? '–',
    short(row.last?.due),
    row.last?.status === 'missing' ? clean(row.last.sentence, RESULT) : (row.last?.status ?? '–'),
    String(row.runs),
    String(row.byHand),
    String(row.missed),
    String(row.skipped),
    row.title,
  ]);
  return table(head, cells) + rows.flatMap(nextOf).join('');
}

/** The next runs of a schedule on its own clock, below the table. */
function nextOf({ target, schedule, next, timezone }: ScheduleRow): string[] {
  const times = next.map((at) => onClock(new Date(at), timezone));
  return times.length > 0 ? [`${target} ${schedule}: next ${times.join(', ')} (${timezone})\n`] : [];
}
