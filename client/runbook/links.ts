import { dirname } from 'node:path';
import { stepKinds } from '../../kinds/catalog.js';
import { playbookLinks } from '../../model/schema/check/playbook-check.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import { loadRunbook } from '../../model/schema/load.js';
import type { Problem } from '../../model/schema/yaml/source.js';
import { CliError } from '../errors.js';
import { placeOf } from '../playbook/entries.js';
import { resolveRunbook } from './load.js';
import { readText, shown } from './read-text.js';

/**
 * What leads from a runbook into other files and ends nowhere.
 *
 * @param text of the runbook
 * @param file name that the problems carry
 * @param path of its file
 */
export function linkProblems(runbook: Runbook, text: string, file: string, path: string): Problem[] {
  return playbookLinks(text, file, runbook, (name) => openOther(dirname(path), name));
}

function openOther(baseDir: string, name: string): Runbook | string {
  try {
    const path = resolveRunbook(placeOf(baseDir, name));
    const { runbook, problems = [] } = loadRunbook(readText(path).text, shown(path), stepKinds);
    return runbook ?? `${shown(path)} has ${problems.length} problems`;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}
