import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { notedGroupRuns } from '../../host/process-group.js';
import { jsonIn } from '../shared/json.js';
import type { ServiceSettings } from './contract.js';
import type { ServiceDefinition } from './definition.js';
import { readRecord } from './native-records.js';

/** Names and values of `NAME=value` texts. */
function variablesIn(texts: readonly string[]): Record<string, string> {
  const pairs = texts.filter((text) => text.indexOf('=') > 0);
  return Object.fromEntries(pairs.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
}

/**
 * The settings of a service that runs as a process: what the system says that it was given.
 *
 * @returns nothing where it does not run
 * @throws StepError CHECK_FAILED where the system does not say it
 */
export function settingsOfProcess(folder: string, { name, volumes }: ServiceDefinition): ServiceSettings[] {
  const record = readRecord(folder, name);
  if (!record || !notedGroupRuns(record)) return [];
  try {
    const environment = variablesIn(readFileSync(`/proc/${record.pid}/environ`, 'utf8').split('\0'));
    return [{ environment, mounts: volumes.filter((volume) => existsSync(join(folder, volume))) }];
  } catch (cause) {
    const why = errnoOf(cause) ?? 'error';
    throw new StepError('CHECK_FAILED', `What the process of ${name} was given cannot be read (${why}).`, { cause });
  }
}

const inspected = z.array(
  z.object({
    Config: z.object({ Env: z.array(z.string()).nullish() }),
    Mounts: z.array(z.object({ Destination: z.string() })).nullish(),
  }),
);

/** What `docker inspect` printed. @throws StepError STACK_FAILED for anything else */
export function settingsInspected(text: string): ServiceSettings[] {
  const read = inspected.safeParse(jsonIn(text));
  if (!read.success) throw new StepError('STACK_FAILED', 'docker inspect printed something that is not its JSON.');
  return read.data.map(({ Config, Mounts }) => ({
    environment: variablesIn(Config.Env ?? []),
    mounts: (Mounts ?? []).map(({ Destination }) => Destination),
  }));
}
