import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { syncFolder } from '../../evidence/durable.js';
import type { LineAppender } from './step.js';
import { StepError } from './step-error.js';
import { unwritable } from './unwritable.js';

interface Waiting {
  line: string;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Opens a file for whole lines, each durable when `append` resolves. Lines handed in while a sync runs share
 * the next one. A last line without an end, left by a killed writer, is cut off. After one line could not be made
 * durable no other is written: it would go on where that one was torn.
 *
 * @param path absolute path
 * @param mayWrite throws when this attempt no longer may write
 * @param close makes the file's reference
 * @throws StepError EVIDENCE_UNWRITABLE when the disk refuses
 */
export async function openAppender(
  path: string,
  mayWrite: () => Promise<void>,
  close: () => Promise<EvidenceRef>,
): Promise<LineAppender> {
  const { file, existing } = await openFile(path);
  let queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let closed: Promise<EvidenceRef> | undefined;
  let broken: { by: unknown } | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        if (broken) throw broken.by;
        await mayWrite();
        await file.appendFile(batch.map(({ line }) => `${line}\n`).join(''));
        await file.datasync();
        for (const waiting of batch) waiting.done();
      } catch (error) {
        broken ??= { by: error };
        for (const waiting of batch) waiting.failed(unwritable('append to', path, error));
      }
    }
    writing = undefined;
  };

  return {
    path,
    existing,
    append: (line) =>
      new Promise((done, failed) => {
        if (closed || /[\r\n]/.test(line)) {
          failed(new StepError('INTERNAL', `A line for ${path} holds a line break, or the file is closed already.`));
          return;
        }
        queue.push({ line, done, failed });
        writing ??= drain();
      }),
    close: () => {
      closed ??= (async () => {
        await writing;
        await file.close();
        return close();
      })();
      return closed;
    },
  };
}

async function openFile(path: string): Promise<{ file: FileHandle; existing: string[] }> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+', 0o644);
    const content = await readFile(path);
    const whole = content.lastIndexOf(0x0a) + 1;
    if (whole < content.length) await file.truncate(whole);
    await file.sync();
    await syncFolder(dirname(path));
    const text = content.subarray(0, whole).toString('utf8');
    return { file, existing: text === '' ? [] : text.slice(0, -1).split('\n') };
  } catch (error) {
    throw unwritable('append to', path, error);
  }
}
