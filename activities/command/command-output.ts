import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Redactor } from './redact.js';
import { StepError } from '../step/step-error.js';

/** Most of an output that is kept in the evidence; its hash and length are of all of it. */
const SAVE_BYTES = 64 * 1024 * 1024;

/** What a command said on both streams, secrets taken out but of what is called raw. */
export interface Output {
  stdout: string;
  rawStdout: string;
  stderr: string;
  truncated: boolean;
  /** Length of both streams together, and SHA-256 over them in the order in which they came. */
  bytes: number;
  sha256: string;
}

export interface OutputOptions {
  /** Kept of each stream: its end. */
  captureBytes: number;
  /** Absolute path of the file that takes both streams as they come. */
  saveTo: string | undefined;
  secrets: readonly string[];
  /** Is given standard output as it comes. */
  onStdout?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Takes both streams of a command: hashes all, writes it to a file up to its limit, and keeps the end of each. A disk that
 * is slower than the command holds the command up, not the worker's memory.
 *
 * @returns to be called when the command has ended; throws EVIDENCE_UNWRITABLE when the file could not be written
 */
export function collectOutput(stdout: Readable, stderr: Readable, options: OutputOptions): () => Promise<Output> {
  const { saveTo, captureBytes, secrets } = options;
  const file = saveTo === undefined ? undefined : createWriteStream(saveTo, { flags: 'w', flush: true });
  let fileError: Error | undefined;
  file?.on('error', (error) => {
    fileError = error;
    stdout.resume();
    stderr.resume();
  });
  const hash = createHash('sha256');
  let bytes = 0;
  const receive = (chunk: Buffer): void => {
    hash.update(chunk);
    if (file && bytes < SAVE_BYTES && !fileError && !file.write(chunk)) {
      stdout.pause();
      stderr.pause();
      file.once('drain', () => {
        stdout.resume();
        stderr.resume();
      });
    }
    bytes += chunk.length;
  };
  if (options.onStdout) stdout.on('data', options.onStdout);
  const ends = [stdout, stderr].map((stream) => keepEnd(stream, captureBytes, secrets, receive));
  const closed = Promise.all([stdout, stderr].map((stream) => (stream.closed ? undefined : once(stream, 'close'))));
  return async () => {
    // A daemon that the command left behind may hold the pipes open; the command itself has ended.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500).unref())]).catch(() => undefined);
    stdout.destroy();
    stderr.destroy();
    const [out, err] = ends.map((end) => end());
    if (file) {
      file.end();
      if (!fileError) await Promise.race([once(file, 'close'), once(file, 'error')]).catch(() => undefined);
    }
    if (fileError) {
      throw new StepError('EVIDENCE_UNWRITABLE', `Output could not be written to ${saveTo}: ${fileError.message}.`);
    }
    const truncated = Boolean(out?.cut || err?.cut) || (file !== undefined && bytes > SAVE_BYTES);
    return {
      stdout: out?.text ?? '',
      rawStdout: out?.raw ?? '',
      stderr: err?.text ?? '',
      truncated,
      bytes,
      sha256: hash.digest('hex'),
    };
  };
}

/** Passes a stream on, redacted, and keeps its last bytes. */
function keepEnd(
  stream: Readable,
  captureBytes: number,
  secrets: readonly string[],
  receive: (chunk: Buffer) => void,
): () => { text: string; raw: string; cut: boolean } {
  const redactor = secrets.length === 0 ? undefined : new Redactor(secrets);
  const shown = lastBytes(captureBytes);
  const raw = redactor ? lastBytes(captureBytes) : shown;
  const retain = (chunk: Buffer): void => {
    if (chunk.length === 0) return;
    receive(chunk);
    shown.push(chunk);
  };
  stream.on('data', (chunk: Buffer) => {
    if (redactor) raw.push(chunk);
    retain(redactor ? redactor.push(chunk) : chunk);
  });
  stream.on('error', () => undefined);
  return () => {
    if (redactor) retain(redactor.end());
    return { ...shown.read(), raw: raw.read().text };
  };
}

/** The end of what is pushed, at most so many bytes. */
function lastBytes(most: number) {
  const chunks: Buffer[] = [];
  let kept = 0;
  let cut = false;
  return {
    push: (chunk: Buffer): void => {
      chunks.push(chunk);
      kept += chunk.length;
      while (chunks[0] && kept - chunks[0].length >= most) {
        kept -= chunks[0].length;
        chunks.shift();
        cut = true;
      }
    },
    read: (): { text: string; cut: boolean } => {
      const whole = Buffer.concat(chunks);
      const text = whole.subarray(Math.max(0, whole.length - most)).toString('utf8');
      return { text, cut: cut || whole.length > most };
    },
  };
}
