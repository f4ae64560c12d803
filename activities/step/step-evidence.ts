import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StepTask } from '../../model/state/contract.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { settleTemporary, sha256, sha256File, temporaryBeside, writeDurably } from '../../evidence/durable.js';
import { openAppender } from './line-appender.js';
import type { StepEvidence } from './step.js';
import { StepError } from './step-error.js';
import { unwritable } from './unwritable.js';

const SAFE_SEGMENT = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}$/;

/**
 * A step's folder below the bundle: `data/phases/<phase>.<attempt>/<step>`. A step that an operator had done again has
 * one of its own for each epoch, so that a second deed never mixes with the first.
 */
export function stepFolder(
  evidenceDir: string,
  step: Pick<StepTask, 'phase' | 'phaseAttempt' | 'step' | 'epoch'>,
): string {
  const name = step.epoch > 1 ? `${step.step}.${Number(step.epoch)}` : step.step;
  return join(evidenceDir, 'data', 'phases', `${safe(step.phase)}.${Number(step.phaseAttempt)}`, safe(name));
}

/** The folders of the epochs before this one; an undo has none. */
export function earlierFolders(task: StepTask): string[] {
  const epochs = Array.from({ length: Math.max(0, task.epoch - 1) }, (_, index) => index + 1);
  return epochs.map((epoch) => stepFolder(task.goLive.evidenceDir, { ...task, epoch }));
}

function safe(segment: string): string {
  if (SAFE_SEGMENT.test(segment)) return segment;
  throw new StepError('BAD_INPUT', `${JSON.stringify(segment)} cannot be the name of a file or folder of evidence.`);
}

/** The folder of one step, fenced: an attempt that another one replaced may write nothing more. */
export interface FencedEvidence extends StepEvidence {
  /** Absolute path of a file in the folder, checked and with its parents made. */
  place(name: string): Promise<string>;
  /** Hashes a file of the folder that was written by other means and makes it evidence. */
  adopt(name: string): Promise<EvidenceRef>;
  /** Throws when a later attempt has taken over. */
  mayWrite(): Promise<void>;
}

/**
 * Opens a step's folder and takes it over from every earlier attempt.
 *
 * @param token unique for this attempt
 * @throws StepError EVIDENCE_UNWRITABLE when the folder cannot be made
 */
export async function openStepEvidence(task: StepTask, token: string): Promise<FencedEvidence> {
  const directory = stepFolder(task.goLive.evidenceDir, task);
  const lease = join(directory, '.lease');
  const refs = new Map<string, EvidenceRef>();
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(lease, token);
    // An attempt of an earlier epoch, on a worker that was only cut off, must find itself replaced as well.
    await Promise.all(earlierFolders(task).map((folder) => replaceLease(join(folder, '.lease'), token)));
  } catch (error) {
    throw unwritable('write', directory, error);
  }

  const mayWrite = async (): Promise<void> => {
    const holder = await readFile(lease, 'utf8').catch(() => undefined);
    if (holder === token) return;
    throw new StepError('CANCELLED', `A later attempt of step ${task.step} has taken over; this one writes no more.`);
  };
  const place = async (name: string): Promise<string> => {
    const segments = name.split('/').map(safe);
    await mayWrite();
    if (segments.length > 1) await mkdir(join(directory, ...segments.slice(0, -1)), { recursive: true });
    return join(directory, ...segments);
  };
  const add = (name: string, path: string, content: { sha256: string; bytes: number }): EvidenceRef => {
    const ref = { name, path: relative(join(task.goLive.evidenceDir, 'data'), path).replaceAll('\\', '/'), ...content };
    refs.delete(name);
    refs.set(name, ref);
    return ref;
  };
  const adopt = async (name: string): Promise<EvidenceRef> => {
    const path = await place(name);
    return add(name, path, await sha256File(path));
  };

  return {
    directory,
    place,
    adopt,
    mayWrite,
    write: async (name, content) => {
      const path = await place(name);
      await writeDurably(path, content).catch((error: unknown) => {
        throw unwritable('write', path, error);
      });
      const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
      return add(name, path, { sha256: sha256(content), bytes });
    },
    copy: async (name, from) => {
      const path = await place(name);
      await copyDurable(from, path);
      return adopt(name);
    },
    appender: async (name) => openAppender(await place(name), mayWrite, () => adopt(name)),
    refs: () => [...refs.values()],
  };
}

/** Takes over a lease that exists; an epoch that never came to act has none. */
async function replaceLease(path: string, token: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      await file.truncate();
      await file.writeFile(token);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function copyDurable(from: string, to: string): Promise<void> {
  const source = await stat(from).catch(() => undefined);
  if (!source?.isFile()) throw new StepError('NOT_FOUND', `The file ${from}, to be kept as evidence, is not there.`);
  const temporary = temporaryBeside(to);
  try {
    await pipeline(createReadStream(from), createWriteStream(temporary, { flags: 'w' }));
    await settleTemporary(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable('write', to, error);
  }
}
