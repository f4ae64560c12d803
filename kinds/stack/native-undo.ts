import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { notedGroupRuns } from '../../host/process-group.js';
import type { StackContext, TakenBack } from './contract.js';
import {
  forgetEarlier,
  keptServices,
  readEarlier,
  readRecord,
  recordedServices,
  type ServiceRecord,
} from './native-records.js';
import { beginService, stopService, waitForService } from './native-service.js';
import { STATE } from './stack-fields.js';

/** What ran before a step's first change of a service; null when it did not run. */
interface Earlier {
  name: string;
  record: ServiceRecord | null;
}

/** `StackDriver.undoUp` for processes: ends what the step began, newest first, then begins what ran before, oldest first. */
export async function undoUpOfProcesses(folder: string, timeoutMs: number, context: StackContext): Promise<TakenBack> {
  const deadline = performance.now() + timeoutMs;
  const { ours, earlier, left } = await changesOf(folder, context);
  const unknown = earlier.filter(({ record }) => record && !record.definition).map(({ name }) => name);
  let stopped = 0;
  for (const { name, record } of ours) {
    // Better the new one than none, until a person has looked.
    if (unknown.includes(name)) continue;
    if (notedGroupRuns(record)) {
      await stopService(record);
      stopped += 1;
    }
    await rm(join(folder, STATE, `${name}.json`), { force: true });
  }
  let broughtBack = 0;
  for (const { name, record } of earlier) {
    if (record?.definition) {
      const { definition, by } = record;
      const { exit } = await beginService(folder, definition, by, context);
      const waiting = { options: { wait: 'healthy' as const }, deadline, signal: context.signal, exit };
      await waitForService(folder, definition, waiting, context);
      broughtBack += 1;
    }
    if (!unknown.includes(name)) await forgetEarlier(name, context);
  }
  if (unknown.length === 0) return { stopped, broughtBack, left, kept: true };
  throw new StepError('NOT_FOUND', `It is not known how ${unknown.join(', ')} was started before the step.`, {
    hint: 'It runs as the step started it. Bring the earlier one back by hand, then say that the undo is done.',
  });
}

/** What the step changed and what of it still stands. */
async function changesOf(folder: string, context: StackContext) {
  const kept = await keptServices(context);
  const recorded = await recordedServices(folder);
  const now = new Map(recorded.map((name) => [name, readRecord(folder, name)]));
  const ours = [...now]
    .flatMap(([name, record]) => (record?.by === context.backups ? [{ name, record }] : []))
    .toSorted((a, b) => b.record.startedAt.localeCompare(a.record.startedAt));
  const lost = ours.find(({ name }) => !kept.includes(name));
  if (lost) {
    throw new StepError('NOT_FOUND', `What ran as ${lost.name} before the step is gone from ${context.backups}.`, {
      hint: 'See who removed it; put the service right by hand, then say that the undo is done.',
    });
  }
  const earlier: Earlier[] = [];
  const left: string[] = [];
  for (const name of kept) {
    const record = (await readEarlier(name, context)) ?? null;
    const standing = now.get(name);
    const runs = standing !== undefined && notedGroupRuns(standing);
    if (!runs || standing.by === context.backups) earlier.push({ name, record });
    // As it was: what was to be replaced was not, or an earlier attempt of this undo has brought it back.
    else if (standing.configHash === record?.configHash) earlier.push({ name, record: null });
    else left.push(name);
  }
  earlier.sort((a, b) => (a.record?.startedAt ?? '').localeCompare(b.record?.startedAt ?? ''));
  return { ours, earlier, left };
}
