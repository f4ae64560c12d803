import { createHash, type Hash } from 'node:crypto';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { openRegular } from '../../host/regular-file.js';
import { asStep } from '../shared/as-step.js';
import { type Line, lineReader, type LineReader } from '../shared/lines.js';
import { notRead, piecesOf } from '../shared/read-file.js';
import { OPENING_BYTES, openingOf } from '../shared/text.js';

/** Longest line that is read, in bytes. */
const LONGEST = 256 * 1024;
const WHAT = 'The file of the script';

/** What has come of a file since the last look. */
export interface Grown {
  lines: Line[];
  /** Of a line that can never be read: where, and why. */
  problem?: string;
}

/**
 * Reads a file while somebody appends to it. What was read once must stay: all of it is compared again at the end.
 */
export class GrowingFile {
  readonly #hash: Hash = createHash('sha256');
  #reader: LineReader | undefined;
  #inode: bigint | number | undefined;
  #read = 0;
  #grown: Grown = { lines: [] };

  /**
   * @param path absolute
   * @param name as people know it
   * @param from bytes that stood there before
   */
  constructor(
    private readonly path: string,
    private readonly name: string,
    private readonly from: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether it was ever there. */
  get seen(): boolean {
    return this.#inode !== undefined;
  }

  /**
   * What has come since.
   *
   * @throws StepError EXPECTATION_FAILED when what was read is no more what stands there
   */
  async look(): Promise<Grown> {
    const file = await openRegular(this.path).catch((cause: unknown) => {
      if (errnoOf(cause) === 'ENOENT') return undefined;
      throw notRead(this.path, WHAT, cause);
    });
    if (file === undefined) {
      if (this.seen || this.from > 0) throw this.#changed('was removed while it was read');
      return { lines: [] };
    }
    try {
      const { ino, size } = file.stats;
      if (this.seen && ino !== this.#inode) throw this.#changed('was replaced by another file while it was read');
      if (size < Math.max(this.#read, this.from)) {
        throw this.#changed(`was truncated: it has ${size} bytes, and had ${Math.max(this.#read, this.from)}`);
      }
      this.#inode = ino;
      for await (const piece of piecesOf(file, this.#read, size, this.signal)) this.#take(piece);
      return this.#taken();
    } finally {
      await file.handle.close();
    }
  }

  /**
   * The rest, when nobody writes any more: also a last line without an end.
   *
   * @throws StepError as `look`, also when anything that was read has changed since
   */
  async end(): Promise<Grown> {
    const grown = await this.look();
    if (!this.seen) return grown;
    await this.#compare();
    const account = this.#reader && asStep(() => this.#reader?.end());
    const rest = this.#taken();
    const problem = grown.problem ?? account?.problem;
    return { lines: [...grown.lines, ...rest.lines], ...(problem === undefined ? {} : { problem }) };
  }

  #take(piece: Uint8Array): void {
    const begins = this.#read;
    this.#hash.update(piece);
    this.#read += piece.length;
    asStep(() => {
      this.#reader ??= this.#open(piece);
      if (this.#read > this.from) this.#reader.push(begins < this.from ? piece.subarray(this.from - begins) : piece);
    });
  }

  /** How the whole file is encoded is said by its first bytes, also where only its end is read. */
  #open(first: Uint8Array): LineReader {
    const before = this.from > 0 ? { opening: { ...openingOf(first.subarray(0, OPENING_BYTES)), mark: 0 } } : {};
    return lineReader(
      { longest: LONGEST, ...before },
      (line) => {
        this.#grown.lines.push(line);
        return undefined;
      },
      ({ number }) => {
        this.#grown.problem ??= `line ${number} cannot be read`;
      },
    );
  }

  #taken(): Grown {
    const grown = this.#grown;
    this.#grown = { lines: [] };
    // Why it cannot be read stands in the account of the lines, which is closed for it: nothing is read behind it.
    if (grown.problem !== undefined) grown.problem = this.#reader?.end().problem ?? grown.problem;
    return grown;
  }

  async #compare(): Promise<void> {
    const file = await openRegular(this.path).catch((cause: unknown) => {
      throw notRead(this.path, WHAT, cause);
    });
    try {
      if (file.stats.size !== this.#read) {
        throw this.#changed(`has ${file.stats.size} bytes, and had ${this.#read} when the script had ended`);
      }
      const again = createHash('sha256');
      for await (const piece of piecesOf(file, 0, this.#read, this.signal)) again.update(piece);
      if (!again.digest().equals(this.#hash.digest())) throw this.#changed('was rewritten while it was read');
    } finally {
      await file.handle.close();
    }
  }

  #changed(how: string): StepError {
    return new StepError('EXPECTATION_FAILED', `${WHAT} ${this.name} ${how}, so nothing is known of it.`, {
      hint: 'The script must only append to its file, and nobody else may write there.',
    });
  }
}
