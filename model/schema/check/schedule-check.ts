import { parseDuration } from '../../duration.js';
import { cronProblem, everyProblem } from '../../plan/calendar.js';
import { zoneProblem } from '../../plan/time-zone.js';
import { type Check, checkSpans, list, placed, settlingInput } from './checks.js';
import { settledBy } from '../format/runbook-fields.js';
import type { Runbook, RunbookPhase } from '../format/runbook.js';
import type { Path } from '../yaml/source.js';
import { didYouMean } from '../suggest.js';

/**
 * Schedules run phases without people: nothing in them may wait for one, or for what another phase measured. One that looks
 * only runs none.
 */
export function checkSchedules(check: Check): void {
  const { runbook, source } = check;
  const seen = new Set<string>();
  runbook.schedules?.forEach((schedule, index) => {
    const path: Path = ['schedules', index];
    checkSpans(check, path, schedule);
    if (seen.has(schedule.id))
      source.at([...path, 'id'], `there are two schedules '${schedule.id}'`, 'Give each its own id.');
    seen.add(schedule.id);
    if ((schedule.cron === undefined) === (schedule.every === undefined)) {
      source.at(path, 'a schedule has either `cron` or `every`', 'Keep one of the two.');
    }
    if ((schedule.phases === undefined) === (schedule.preflight === undefined)) {
      source.at(
        path,
        'a schedule has either `phases` or `preflight: true`',
        '`phases` are run each time; `preflight` only looks whether all is there that a go-live needs.',
      );
    }
    checkCron(check, [...path, 'cron'], schedule.cron);
    const every = schedule.every === undefined ? undefined : everyProblem(parseDuration(schedule.every));
    if (every !== undefined) source.at([...path, 'every'], every, 'Give whole seconds, e.g. 30s or 15m.');
    const zone = schedule.timezone === undefined ? undefined : zoneProblem(schedule.timezone);
    if (zone) {
      source.at(
        [...path, 'timezone'],
        `there is no time zone '${schedule.timezone}'`,
        zone.meant === undefined
          ? 'Use an IANA name such as Europe/Berlin or UTC.'
          : `Write ${zone.meant}: the server reads names letter by letter.`,
      );
    }
    schedule.blackouts?.forEach(({ from, to }, at) => {
      if (!(Date.parse(from) < Date.parse(to)))
        source.at(
          [...path, 'blackouts', at],
          'this blackout ends before it begins',
          'Give `from` and `to` as ISO 8601.',
        );
    });
    const { phases = [] } = schedule;
    phases.forEach((id, at) => {
      const phase = runbook.phases.find((one) => one.id === id);
      const ids = runbook.phases.map((one) => one.id);
      if (!phase) source.at([...path, 'phases', at], `there is no phase '${id}'`, didYouMean(id, ids, 'phases'));
      else checkAlone(check, [...path, 'phases', at], phase, phases, runbook);
    });
  });
}

/** A calendar, or the input that settles one: its default is judged as what stands there. */
function checkCron(check: Check, path: Path, cron: string | undefined): void {
  const name = settledBy(cron);
  const given = name === undefined ? cron : settlingInput(check, path, name, 'string')?.default;
  const problem = typeof given === 'string' ? cronProblem(given) : undefined;
  if (problem === undefined) return;
  const at = name === undefined ? path : ['inputs', name, 'default'];
  check.source.at(at, problem, 'Five fields: minute, hour, day, month, weekday, e.g. 0 3 * * 1-5.');
}

function checkAlone(check: Check, path: Path, phase: RunbookPhase, chosen: readonly string[], runbook: Runbook): void {
  const asks = placed(phase.steps ?? [], []).some(({ step }) => step.onFail === 'ask') || phase.onFail?.then === 'ask';
  const waits =
    list(phase.approval).some((approval) => approval.auto === undefined) || (phase.checklist?.length ?? 0) > 0 || asks;
  if (waits) {
    check.source.at(
      path,
      `phase '${phase.id}' waits for a person, and a schedule has none`,
      'Schedule a phase without approvals, checklist and `ask`, or give its approval an `auto` rule.',
    );
  }
  const others = runbook.phases.map(({ id }) => id).filter((id) => !chosen.includes(id));
  const text = JSON.stringify(phase);
  const needed = others.find((id) => text.includes(`phases.${id.replaceAll('-', '_')}.`));
  if (needed !== undefined) {
    check.source.at(
      path,
      `phase '${phase.id}' reads what phase '${needed}' measured`,
      `Schedule '${needed}' before it.`,
    );
  }
}
