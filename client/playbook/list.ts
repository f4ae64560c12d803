import { search } from '../../model/playbook/search.js';
import { table } from '../render/table.js';
import { clean } from '../render/text.js';
import { print, talk } from '../terminal/tell.js';
import { entriesOf, type Found } from './entries.js';

/** An entry as `--json` lists it. */
export function listed({ opened, entry }: Found): object {
  const { id, symptom, when, actions } = entry;
  const offered = actions.map(({ id: action, title }) => ({ action, title }));
  return { entry: id, runbook: opened.id, symptom, when, actions: offered };
}

/** Entries, and prompts below them, as people read them. */
export function printEntries(
  entries: readonly Found[],
  prompts: readonly { prompt: string; runbook: string; title: string }[] = [],
): void {
  const rows = entries.map(({ opened, entry }) => [
    entry.id,
    clean(entry.symptom, 200),
    entry.actions.map(({ id }) => id).join(', '),
    opened.id,
  ]);
  if (rows.length === 0) talk('No runbook here has a playbook. docs/howto-playbook.md shows how one is written.');
  else process.stdout.write(table(['entry', 'symptom', 'actions', 'runbook'], rows));
  if (prompts.length === 0) return;
  const named = prompts.map(({ prompt, title, runbook }) => [prompt, clean(title, 200), runbook]);
  process.stdout.write(`\n${table(['prompt', 'title', 'runbook'], named)}`);
}

/** Finds entries by words, and says so when there is none. */
export async function searchEntries(words: string, runbook: string | undefined, json: boolean): Promise<void> {
  const all = await entriesOf(runbook);
  const found = search(all, words, ({ opened, entry }) => ({
    symptom: `${entry.symptom} ${entry.id}`,
    actions: entry.actions.map(({ title, why }) => `${title} ${why}`).join(' '),
    about: `${entry.when.join(' ')} ${opened.runbook.title}`,
  }));
  if (json) print({ entries: found.map(listed) });
  else if (found.length > 0) printEntries(found);
  if (found.length > 0) return;
  talk(`Nothing is said of '${clean(words, 100)}'. \`golive playbook\` lists all ${all.length} symptoms.`);
  process.exitCode = 3;
}
