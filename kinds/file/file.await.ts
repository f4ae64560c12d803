import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import type { fileAwait as kind } from './file.await.kind.js';
import { errnoOf } from '../../host/errno.js';
import type { JsonObject } from '../../model/json.js';
import { accountText, nothingRead } from '../shared/reading.js';
import { exists } from '../shared/tree.js';
import { matches, recordReader } from '../shared/jsonl.js';
import { readLines } from '../shared/read-file.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const fileAwait: HandlerOf<typeof kind> = {
  async do({ gone, present, line, judge, folderMayBeMissing }, context) {
    const problems: string[] = [];
    if (!folderMayBeMissing) await refuseMissingFolders(gone, context);
    for (const path of gone) for (const name of await matching(path, context)) problems.push(`${name} is still there`);
    const found: string[] = [];
    for (const path of present) {
      const names = await matching(path, context);
      if (names.length === 0) problems.push(`nothing is at ${path}`);
      for (const name of names) found.push(name);
    }
    const record = line && (await recordOf(line, problems, context));
    const told = { present: found, record: record ?? {}, at: context.now().toISOString() };
    const { value: kept } = await context.withoutCredentialsIn({ ...told, problems });
    await context.evidence.write('found.json', `${JSON.stringify(kept, null, 2)}\n`);
    const outputs = { arrived: problems.length === 0, ...told, missing: problems };
    if (problems.length > 0 && judge) {
      throw new StepError('CHECK_FAILED', `${problems.join('; ')}.`, { evidence: context.evidence.refs() });
    }
    const parts = [
      gone.length > 0 ? `${gone.length} gone` : '',
      found.length > 0 ? `${found.length} there` : '',
      record ? 'told of in the log' : '',
    ];
    return { outputs, summary: [...parts.filter(Boolean), ...problems].join(', ') };
  },
};

/** Whatever stands in a folder that is not there is not there either: that says nothing. */
async function refuseMissingFolders(gone: readonly string[], context: StepContext): Promise<void> {
  for (const folder of new Set(gone.map((path) => dirname(path)))) {
    // A link is followed: one that leads nowhere is no folder.
    await stat(context.path(folder)).catch((cause: unknown) => {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
      throw new StepError('NOT_FOUND', `The folder ${folder} is not there, so nothing is known to be gone from it.`, {
        hint: 'Mend the path in `gone`; where the folder goes with its files, say `folderMayBeMissing: true`.',
        cause,
      });
    });
  }
}

/** The last record that matches, or a problem. What cannot be read may be the one that is missing, so it is told. */
async function recordOf(
  { file, where }: NonNullable<z.infer<(typeof kind)['input']>['line']>,
  problems: string[],
  context: StepContext,
): Promise<JsonObject | undefined> {
  let record: JsonObject | undefined;
  const path = context.path(file);
  const reader = recordReader((one) => {
    if (matches(one, where)) record = one;
    return undefined;
  });
  const account = (await exists(path))
    ? await readLines(path, 'The file of records', reader, context.signal)
    : nothingRead();
  if (!record) problems.push(`no record of ${file} has ${JSON.stringify(where)}${accountText(account)}`);
  return record;
}

/** Paths that exist; in the last part of the pattern `*` stands for any characters. */
async function matching(pattern: string, context: StepContext): Promise<string[]> {
  const name = basename(pattern);
  if (!name.includes('*')) return (await exists(context.path(pattern))) ? [pattern] : [];
  const folder = dirname(pattern);
  const [head = '', ...rest] = name.split('*');
  const entries = await readdir(context.path(folder)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => fits(entry, head, rest)).map((entry) => join(folder, entry));
}

function fits(name: string, head: string, rest: readonly string[]): boolean {
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return name.length - part.length >= at && name.endsWith(part);
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at === name.length;
}
