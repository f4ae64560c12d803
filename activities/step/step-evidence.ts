import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { StepTask } from '../../model/state/contract.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { placeOfStep, type StepPlace } from '../../model/evidence/step-place.js';
import { sha256 } from '../../evidence/durable.js';
import { openStore } from '../../evidence/open-store.js';
import { refuseSealed } from '../../evidence/write/log.js';
import { acquireLease } from './lease.js';
import { openAppender } from './line-appender.js';
import type { StepEvidence } from './step.js';
import { StepError } from './step-error.js';
import { unwritable } from './unwritable.js';

/** Names in a step's folder: who may write, and who acts. */
export const LEASE = '.lease';
export const DEED_LOCK = '.lease.lock';
const SAFE_SEGMENT = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}$/;

/**
 * A step's folder below the bundle: `data/phases/<phase>.<attempt>/<step>`. A step that an operator had done again has
 * one of its own for each epoch, so that a second deed never mixes with the first.
 */
export function stepFolder(evidenceDir: string, step: StepPlace): string {
  return join(evidenceDir, 'data', 'phases', ...namesOf(step));
}

/** Folder of the evidence of the step that a task is about: what an undo takes back may be of an earlier go-live. */
export function homeOf({ goLive, undoes }: Pick<StepTask, 'goLive' | 'undoes'>): string {
  return undoes?.evidenceDir ?? goLive.evidenceDir;
}

/**
 * Where a step keeps what stood there before its deed: beside the bundle, not in it, for it may hold credentials. One
 * for each epoch of each attempt, so that an undo never meets what another step kept.
 */
export function backupFolder(evidenceDir: string, step: StepPlace): string {
  return join(dirname(evidenceDir), `.${basename(evidenceDir)}.backups`, ...namesOf(step));
}

function namesOf(step: StepPlace): string[] {
  return placeOfStep(step).map(safe);
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
  /** An earlier attempt was here before this one. */
  takenOver: boolean;
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
 * @throws StepError EVIDENCE_UNWRITABLE when the folder cannot be made; EvidenceError SEALED when the bundle is sealed:
 *   it stays as it is, byte for byte
 */
export async function openStepEvidence(task: StepTask, token: string): Promise<FencedEvidence> {
  const { evidenceDir } = task.goLive;
  const store = openStore(evidenceDir);
  await refuseSealed(store);
  const directory = stepFolder(evidenceDir, task);
  const earlier = earlierFolders(task).map((folder) => join(folder, LEASE));
  const { mayWrite, takenOver } = await acquireLease(join(directory, LEASE), earlier, token, task.step);
  const refs = new Map<string, EvidenceRef>();

  const place = async (name: string): Promise<string> => {
    const segments = name.split('/').map(safe);
    await mayWrite();
    if (segments.length > 1) await mkdir(join(directory, ...segments.slice(0, -1)), { recursive: true });
    return join(directory, ...segments);
  };
  /** Its path in the record, which says it from `data/` on. */
  const inRecord = (path: string): string => relative(evidenceDir, path).replaceAll('\\', '/');
  const add = (name: string, path: string, content: { sha256: string; bytes: number }): EvidenceRef => {
    const ref = { name, path: inRecord(path).slice('data/'.length), ...content };
    refs.delete(name);
    refs.set(name, ref);
    return ref;
  };
  const adopt = async (name: string): Promise<EvidenceRef> => {
    const path = await place(name);
    return add(name, path, await store.adopt(inRecord(path)));
  };

  return {
    directory,
    takenOver,
    place,
    adopt,
    mayWrite,
    write: async (name, content) => {
      const path = await place(name);
      await store.write(inRecord(path), content).catch((error: unknown) => {
        throw unwritable('write', path, error);
      });
      const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
      return add(name, path, { sha256: sha256(content), bytes });
    },
    copy: async (name, from) => {
      const path = await place(name);
      const source = await stat(from).catch(() => undefined);
      if (!source?.isFile())
        throw new StepError('NOT_FOUND', `The file ${from}, to be kept as evidence, is not there.`);
      await store.copy(inRecord(path), from).catch((error: unknown) => {
        throw unwritable('write', path, error);
      });
      return adopt(name);
    },
    appender: async (name) => openAppender(await place(name), mayWrite, () => adopt(name)),
    refs: () => [...refs.values()],
  };
}
