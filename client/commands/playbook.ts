import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { collectInput, parseMode, parseName, parseTimeScale } from '../terminal/options.js';

/** `golive playbook`: from a symptom to what is done about it. */
export function register(program: Command): void {
  const playbook = program
    .command('playbook')
    .summary('find a symptom, see its evidence, run what is done about it')
    .description(
      'The playbooks of runbooks: symptoms, the excerpt of the last run’s evidence, and actions. An action is a go-live like\n' +
        'any other, with effects, approvals, undos and evidence. Without a verb, all symptoms are listed.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  golive playbook search coverage regression\n  golive playbook show coverage\n  golive playbook run coverage smaller-batch',
    );
  registerList(playbook);
  registerSearch(playbook);
  registerShow(playbook);
  registerPrompt(playbook);
  registerRun(playbook);
}

const RUNBOOK = 'runbook (path or id) that has it; without it, all of ./runbooks and those of golive';

function registerList(playbook: CommandUnknownOpts): void {
  playbook
    .command('list', { isDefault: true })
    .summary('list symptoms and prompts')
    .description('List every symptom with its actions, and the prompts.')
    .option('--runbook <runbook>', RUNBOOK)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive playbook')
    .action(async ({ runbook, json }) => {
      const [{ entriesOf, runbooksWithPlaybook }, { listed, printEntries }] = await Promise.all([
        import('../playbook/entries.js'),
        import('../playbook/list.js'),
      ]);
      const entries = await entriesOf(runbook);
      const prompts = (await runbooksWithPlaybook(runbook)).flatMap(({ id, runbook: { playbook: its } }) =>
        Object.entries(its?.prompts ?? {}).map(([prompt, { title }]) => ({ prompt, runbook: id, title })),
      );
      if (json) process.stdout.write(`${JSON.stringify({ entries: entries.map(listed), prompts })}\n`);
      else printEntries(entries, prompts);
    });
}

function registerSearch(playbook: CommandUnknownOpts): void {
  playbook
    .command('search')
    .summary('find symptoms by words')
    .description(
      'Find symptoms by words of them, of their actions or of what they answer, in any case, with or without accents. What\n' +
        'has most of the words comes first. Exit codes: 0 found, 3 nothing was found.',
    )
    .argument('<words...>', 'what you see')
    .option('--runbook <runbook>', RUNBOOK)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive playbook search contract fails')
    .action(async (words, { runbook, json }) => {
      const { searchEntries } = await import('../playbook/list.js');
      await searchEntries(words.join(' '), runbook, json === true);
    });
}

function registerShow(playbook: CommandUnknownOpts): void {
  playbook
    .command('show')
    .summary('show a symptom with the excerpt of the last run')
    .description(
      'Show an entry: what failed in the last run of its runbook, the excerpt of the evidence, and its actions with what they\n' +
        'would do and whom they would ask. It says whether the bundle is verified. Exit codes: 0, 2 no such entry, 10 altered.',
    )
    .argument('<entry>', 'id of the entry, with RUNBOOK/ before it where two have the same')
    .option('--from <bundle>', 'evidence to read, a folder or go-live id (default: the newest of the runbook)')
    .option('--target <target>', 'read the newest of this target', parseName)
    .option('--runbook <runbook>', RUNBOOK)
    .option('--key <key...>', 'verify it with the keys that you trust, as golive verify does')
    .option('--signers <file>', 'with --key: people whose signatures you trust')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive playbook show contracts --from evidence/rules/2026-11-26')
    .action(async (entry, { runbook, json, ...options }) => {
      const { entryLines, showEntry } = await import('../playbook/show.js');
      const shown = await showEntry(entry, runbook, options);
      process.stdout.write(json ? `${JSON.stringify(shown)}\n` : `${entryLines(shown).join('\n')}\n`);
      if (shown.last?.believed.state === 'altered') process.exitCode = 10;
    });
}

function registerPrompt(playbook: CommandUnknownOpts): void {
  playbook
    .command('prompt')
    .summary('print a prompt, filled from the last run')
    .description(
      'Print a prompt of a playbook, filled from the last run, ready to paste. What could not be filled stands in it, and is\n' +
        'told on stderr. Exit codes: 0, 2 no such prompt, 10 the evidence was altered, and nothing is filled from it.',
    )
    .argument('<name>', 'daily, burst, sweep or another of the playbook')
    .option('--from <bundle>', 'evidence to fill it from (default: the newest of the runbook)')
    .option('--target <target>', 'fill it from the newest of this target', parseName)
    .option('--runbook <runbook>', RUNBOOK)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  golive playbook prompt daily')
    .action(async (name, { runbook, json, ...options }) => {
      const [{ showPrompt }, { talk }] = await Promise.all([
        import('../playbook/prompt.js'),
        import('../terminal/tell.js'),
      ]);
      const shown = await showPrompt(name, runbook, options);
      process.stdout.write(json ? `${JSON.stringify(shown)}\n` : `${shown.text.trimEnd()}\n`);
      if (shown.goLive === null) talk(`There is no run of ${shown.runbook} yet to fill it from.`);
      else talk(`Filled from ${shown.goLive}. ${shown.believed?.sentence ?? ''}`);
      for (const { expression, why } of shown.missing) talk(`Not filled: ${expression} (${why})`);
      if (shown.believed?.state === 'altered') process.exitCode = 10;
    });
}

function registerRun(playbook: CommandUnknownOpts): void {
  playbook
    .command('run')
    .summary('start the go-live of an action')
    .description(
      'Show what an action would do, ask for yes, and start its go-live as `golive start` does. Target, mode and inputs are\n' +
        'those of the last run, where neither the action nor you say otherwise. Exit codes: as golive start.',
    )
    .argument('<entry>', 'id of the entry')
    .argument('<action>', 'id of the action')
    .option('--from <bundle>', 'run to take target, mode and inputs from (default: the newest of the runbook)')
    .option('--target <target>', 'what it acts on', parseName)
    .option('--change <change>', 'what it is for (default: the entry and the time)', parseName)
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--mode <mode>', 'rehearse or live', parseMode)
    .option('--time-scale <n>', 'how many times faster it waits, in rehearsals', parseTimeScale)
    .option('--runbook <runbook>', RUNBOOK)
    .option('--by <name>', 'who starts it (default: the owner of the key, else the user of this computer)')
    .option('--key <file>', 'SSH key to sign the start with (default: one of yours that may)')
    .option('--evidence <dir>', 'folder for the evidence (default: ./evidence)')
    .option('--wait', 'show it until it ends; the exit code is its verdict')
    .option('--json', 'print one JSON object at the end')
    .option('-y, --yes', 'do not ask before it starts')
    .addHelpText('after', '\nExample:\n  golive playbook run coverage smaller-batch --wait')
    .action(async (entry, action, options) => {
      const { runAction } = await import('../playbook/run.js');
      await runAction(entry, action, options);
    });
}
