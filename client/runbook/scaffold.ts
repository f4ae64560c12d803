import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { stepKinds } from '../../kinds/catalog.js';
import { runbookJsonSchemaText } from '../../model/schema/format/json-schema.js';
import { DEVICE, id as idSchema, title as titleSchema } from '../../model/schema/format/runbook-fields.js';
import { loadRunbook } from '../../model/schema/load.js';
import { readable } from '../../model/text/readable.js';
import { shellWord } from '../../model/text/shell-word.js';
import { CliError, messageOf } from '../errors.js';
import { composeRunbook, idOf, quoted } from './compose/compose-runbook.js';
import { readCompose } from './compose/read-compose.js';
import { problemError } from './load.js';
import { errnoOf } from '../../host/errno.js';

/** The title that an id makes. */
function titleOf(id: string): string {
  return id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

/** The text of a first runbook. */
export function scaffold(id: string, title = titleOf(id)): string {
  return `# yaml-language-server: $schema=./runbook.schema.json
schema: 1
id: ${JSON.stringify(id)}
title: ${quoted(title)}
about: Checks the service, puts a notice up, looks again and asks for the decision.

roles:
  lead: Release lead
  ops: Operations

inputs:
  url: { type: url, default: "http://127.0.0.1:8000", about: Address of the service }
  notice: { type: path, default: maintenance.txt, about: "File that tells users, relative to this runbook" }
  slowest: { type: duration, default: 2s, about: Longest time of a health check }

defaults: { timeout: 1m, retry: { attempts: 3, backoff: 2s } }

phases:
  - id: check
    title: The service is healthy
    owner: ops
    planned: 5m
    steps:
      - id: healthz
        title: Three good answers running
        uses: http.check
        with: { url: "\${{ inputs.url }}/healthz", expect: { status: 200 } }
        until: { every: 1s, within: 30s, consecutive: 3 }
    gates:
      - { id: status, title: Status of the health check, value: steps.healthz.status, equals: 200, floor: true }
      - { id: speed, title: Time of the health check, value: steps.healthz.ms, atMost: 500, unit: ms, hard: false }
    onFail: { then: stop }

  - id: change
    title: The change
    owner: [lead, ops]
    planned: 15m
    approval: { role: lead, question: Start the change?, expires: 1h }
    steps:
      # Its undo stands ready before it acts: when the go-live ends without GO, the file is as it was.
      - id: notice
        title: Tell users
        uses: file.write
        with: { path: "\${{ inputs.notice }}", content: "Change \${{ run.id }} is under way." }
      - id: after
        title: The service still answers
        uses: http.check
        with: { url: "\${{ inputs.url }}/healthz", expect: { status: 200 } }
        until: { every: 1s, within: 60s, consecutive: 3 }
    gates:
      - { id: slower, title: Slower than before, value: steps.after.ms - phases.check.steps.healthz.ms, atMost: 500, unit: ms, hard: false }
      - { id: slowest, title: Share of the time allowed, value: steps.after.ms / inputs.slowest, atMost: 1, unit: percent }
    onFail: { rollback: R1, then: stop }

decisions:
  - { id: go, title: GO, requires: [check, change], approval: { role: lead, question: Is the change good?, expires: 1h } }

rollbacks:
  R1:
    title: Take the change back and look again
    undo: phase
    steps:
      - { id: healthz, title: The service answers, uses: http.check, with: { url: "\${{ inputs.url }}/healthz" }, until: { every: 1s, within: 60s } }
`;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      throw new CliError('There is already such a runbook; nothing was written.', {
        exitCode: 2,
        where: path,
        hint: 'Choose another id, or remove the file first.',
      });
    }
    throw new CliError(`The runbook cannot be written: ${messageOf(error)}`, {
      exitCode: 2,
      where: path,
      hint: 'See the permissions of the folder.',
    });
  }
}

/** What a new runbook is made of. */
export interface NewRunbook {
  /** Folder that it is written to. */
  dir: string;
  /** What people read; by default made of the id. */
  title?: string | undefined;
  /** A file of Compose that it is made of. */
  from?: string | undefined;
}

/** @throws CliError (exit 2) for what cannot be the id of a runbook, with one that can */
function checkId(id: string, dir: string): void {
  if (idSchema.safeParse(id).success) return;
  const isPath = /[\\/]/.test(id) ? !/\s[\\/]|[\\/]\s/.test(id) : /\.ya?ml$/i.test(id);
  const name = isPath ? basename(id.replaceAll('\\', '/')).replace(/\.ya?ml$/i, '') : id;
  const slug = DEVICE.test(id) ? `${id}-runbook` : idOf(name, 'runbook');
  const folder = isPath ? dirname(id.replaceAll('\\', '/')) : '.';
  const where = folder === '.' || folder === dir ? '' : ` --dir ${shellWord(folder)}`;
  const title = isPath || DEVICE.test(id) || !isTitle(id) ? '' : ` --title ${shellWord(id)}`;
  const what = isPath ? 'is a path, and the id of a runbook is wanted' : 'cannot be the id of a runbook';
  const why = DEVICE.test(id) ? 'Windows has no file of this name. ' : '';
  throw new CliError(`'${readable(id, 80)}' ${what}.`, {
    exitCode: 2,
    hint: `${why}Lower case letters, digits and -, beginning with a letter, at most 60: golive new ${slug}${title}${where}`,
  });
}

const isTitle = (text: string): boolean => titleSchema.safeParse(text).success;

/**
 * Writes a first runbook, and beside it the schema by which editors complete it when there is none.
 * @returns its path
 * @throws CliError (exit 2) for an id that cannot be one, a file of Compose that cannot be read, or a file that is there
 */
export function writeScaffold(id: string, { dir: folder, title = titleOf(id), from }: NewRunbook): string {
  checkId(id, folder);
  if (!isTitle(title)) {
    throw new CliError('The title cannot be one.', {
      exitCode: 2,
      hint: 'One line of 1 to 200 characters that can be seen.',
    });
  }
  const dir = resolve(folder);
  const text = from === undefined ? scaffold(id, title) : composeRunbook({ id, title, dir }, readCompose(from));
  const problems = loadRunbook(text, `${id}.yaml`, stepKinds).problems ?? [];
  if (problems.length > 0) throw problemError(`${id}.yaml`, problems.slice(0, 1), true);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CliError(`The folder cannot be made: ${messageOf(error)}`, {
      exitCode: 2,
      where: folder,
      hint: 'Choose another --dir.',
    });
  }
  const path = join(folder, `${id}.yaml`);
  write(path, text);
  const schema = join(folder, 'runbook.schema.json');
  try {
    if (!existsSync(schema)) writeFileSync(schema, runbookJsonSchemaText(stepKinds), { flag: 'wx' });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  return path;
}
