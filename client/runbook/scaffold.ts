import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepKinds } from '../../kinds/catalog.js';
import { runbookJsonSchemaText } from '../../model/schema/format/json-schema.js';
import { id as idSchema } from '../../model/schema/format/runbook-fields.js';
import { CliError, messageOf } from '../errors.js';
import { errnoOf } from '../../host/errno.js';

/** The text of a first runbook. */
export function scaffold(id: string): string {
  const title = id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
  return `# yaml-language-server: $schema=./runbook.schema.json
schema: 1
id: ${id}
title: ${JSON.stringify(title)}
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

/**
 * Writes a first runbook, and beside it the schema by which editors complete it when there is none.
 * @returns its path
 * @throws CliError (exit 2) for an id that cannot be one, or a file that is there
 */
export function writeScaffold(id: string, folder: string): string {
  if (!idSchema.safeParse(id).success) {
    throw new CliError(`'${id.slice(0, 80)}' cannot be the id of a runbook.`, {
      exitCode: 2,
      hint: 'Lower case letters, digits and -, beginning with a letter, at most 60.',
    });
  }
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
  write(path, scaffold(id));
  try {
    writeFileSync(join(folder, 'runbook.schema.json'), runbookJsonSchemaText(stepKinds), { flag: 'wx' });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  return path;
}
