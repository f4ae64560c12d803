import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PlaybookAction, PlaybookEntry } from '../../model/schema/format/playbook-fields.js';
import { didYouMean } from '../../model/schema/suggest.js';
import { CliError } from '../errors.js';
import { type OpenedRunbook, openRunbook } from '../runbook/load.js';
import { readText } from '../runbook/read-text.js';
import { packageRoot } from '../server/paths.js';
import { talk } from '../terminal/tell.js';

/** An entry, and the runbook that it stands in. */
export interface Found {
  opened: OpenedRunbook;
  entry: PlaybookEntry;
}

/** The runbooks that have a playbook: the one that is named, or all of ./runbooks and of those that come with golive. */
export async function runbooksWithPlaybook(named: string | undefined): Promise<OpenedRunbook[]> {
  if (named !== undefined) {
    const opened = await openRunbook(named);
    if (opened.runbook.playbook) return [opened];
    throw new CliError(`The runbook '${opened.id}' has no playbook.`, {
      exitCode: 2,
      where: opened.file,
      hint: 'docs/howto-playbook.md shows how one is written.',
    });
  }
  const byId = new Map<string, OpenedRunbook>();
  for (const path of filesWithPlaybook()) {
    try {
      const opened = await openRunbook(path);
      if (opened.runbook.playbook && !byId.has(opened.id)) byId.set(opened.id, opened);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      talk(`Left out: ${error.message.split('\n')[0]} \`golive validate ${path}\` shows why.`);
    }
  }
  return [...byId.values()];
}

/** Only those whose text names a playbook are opened: that costs. */
function filesWithPlaybook(): string[] {
  const folders = new Set([resolve('runbooks'), join(packageRoot(), 'runbooks')]);
  return [...folders].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /\.ya?ml$/.test(name))
          .map((name) => join(folder, name))
          .filter((path) => /^playbook:/m.test(readText(path).text))
      : [],
  );
}

/** Every entry, in the order of the files. */
export async function entriesOf(named: string | undefined): Promise<Found[]> {
  const all = await runbooksWithPlaybook(named);
  return all.flatMap((opened) => (opened.runbook.playbook?.entries ?? []).map((entry) => ({ opened, entry })));
}

/** Finds an entry by its id, with `<runbook>/` before it where two have the same. @throws CliError (exit 2) */
export async function findEntry(name: string, named: string | undefined): Promise<Found> {
  const all = await entriesOf(named);
  const found = all.filter(({ opened, entry }) => name === entry.id || name === fullName({ opened, entry }));
  const [first, second] = found;
  if (first && !second) return first;
  if (first)
    throw new CliError(`There are ${found.length} entries '${name}'.`, {
      exitCode: 2,
      hint: `Say which: ${found.map(fullName).join(', ')}.`,
    });
  const known = all.map(({ entry }) => entry.id);
  throw new CliError(`There is no entry '${name.slice(0, 120)}' in a playbook.`, {
    exitCode: 2,
    hint: `${didYouMean(name, known, 'entries')} \`golive playbook search WORDS\` looks for what you see.`,
  });
}

export const fullName = ({ opened, entry }: Found): string => `${opened.id}/${entry.id}`;

/** @throws CliError (exit 2) */
export function findAction({ entry }: Found, name: string): PlaybookAction {
  const found = entry.actions.find(({ id }) => id === name);
  if (found) return found;
  const known = entry.actions.map(({ id }) => id);
  throw new CliError(`The entry '${entry.id}' has no action '${name.slice(0, 120)}'.`, {
    exitCode: 2,
    hint: didYouMean(name, known, 'actions'),
  });
}

/** The runbook that an action starts: its own, one beside it, or one by its id. @throws CliError (exit 2) */
export async function runbookOf({ opened }: Found, { runbook }: PlaybookAction): Promise<OpenedRunbook> {
  return runbook === undefined ? opened : openRunbook(placeOf(opened.baseDir, runbook));
}

/** Where a runbook that another one names is looked for first: beside it. */
export function placeOf(baseDir: string, name: string): string {
  const beside = [name, `${name}.yaml`, `${name}.yml`].map((one) => resolve(baseDir, one));
  return beside.find((path) => existsSync(path) && /\.ya?ml$/.test(path)) ?? name;
}
