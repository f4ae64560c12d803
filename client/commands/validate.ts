import type { Command } from '@commander-js/extra-typings';
import { stepKinds } from '../../kinds/catalog.js';
import { counted } from '../../model/text/counted.js';

/** `golive validate`: everything that is wrong with runbooks, without running anything. */
export function register(program: Command): void {
  program
    .command('validate')
    .summary('check runbooks')
    .description(
      'Check runbooks (paths, or ids of ./runbooks) and show every problem with its place and a hint. Exits 2 when there is one.',
    )
    .argument('<file...>', 'runbooks')
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', '\nExample:\n  golive validate runbooks/*.yaml')
    .action(async (files, options) => {
      const { MORE_MAY_SHOW, resolveRunbook, showProblems } = await import('../runbook/load.js');
      const { readText } = await import('../runbook/read-text.js');
      const { loadRunbook } = await import('../../model/schema/load.js');
      const { openProject } = await import('../runbook/load.js');
      const { unmetQuorums } = await import('../runbook/quorum.js');
      const { neverAsked } = await import('../runbook/never-asked.js');
      const { linkProblems } = await import('../runbook/links.js');
      const { scheduleLines, scheduleNotes } = await import('../runbook/schedule-notes.js');
      const people = openProject().project.people;
      const results = files.map((argument) => {
        const path = resolveRunbook(argument);
        const { text } = readText(path);
        const loaded = loadRunbook(text, argument, stepKinds);
        const links = loaded.runbook ? linkProblems(loaded.runbook, text, argument, path) : [];
        const { problems = links, partial = false } = loaded;
        const runbook = links.length === 0 ? loaded.runbook : undefined;
        const steps = runbook?.phases.reduce((sum, phase) => sum + (phase.steps?.length ?? 0), 0) ?? 0;
        const notes = runbook && people ? unmetQuorums(runbook, people) : [];
        const unasked = runbook ? neverAsked(runbook) : [];
        const schedules = runbook ? scheduleNotes(runbook, new Date()) : [];
        return {
          file: argument,
          ok: runbook !== undefined,
          phases: runbook?.phases.length ?? 0,
          steps,
          problems,
          partial,
          notes,
          unasked,
          schedules,
        };
      });
      const bad = results.filter((result) => !result.ok);
      if (options.json) process.stdout.write(`${JSON.stringify({ ok: bad.length === 0, files: results }, null, 2)}\n`);
      else {
        for (const { file, ok, phases, problems, notes, unasked, schedules } of results) {
          process.stdout.write(ok ? `${file}: valid, ${counted(phases, 'phase')}\n` : `${showProblems(problems)}\n`);
          for (const note of notes)
            process.stdout.write(`  live, it cannot be finished by the people of golive.yaml: ${note}\n`);
          for (const line of unasked) process.stdout.write(`  ! ${line}\n`);
          for (const line of schedules.flatMap(scheduleLines)) process.stdout.write(`  ${line}\n`);
        }
      }
      const count = bad.reduce((sum, { problems }) => sum + problems.length, 0);
      if (bad.length > 0) {
        process.stderr.write(`${counted(count, 'problem')} in ${bad.length} of ${counted(files.length, 'file')}.\n`);
        if (bad.some(({ partial }) => partial)) process.stderr.write(`${MORE_MAY_SHOW}\n`);
        process.exitCode = 2;
      }
    });
}
