import type { ManifestEntry } from '../model/evidence/manifest.js';

/** A file of the record, with its hash as it is now. */
export interface StoredFile extends ManifestEntry {
  bytes: number;
}

/** Everything that a store holds. */
export interface Inventory {
  /** Sorted by path. */
  files: StoredFile[];
  /** Unfinished writes, leases, and folders with nothing else in them: no part of the record. */
  leftovers: string[];
  /** Symbolic links, which no record may hold: path and where they point. */
  links: { path: string; target: string }[];
}

/** A file of lines as whoever appends to it finds it; nobody else appends meanwhile. */
export interface Tail {
  /** The last whole line, without its end. */
  last: string | undefined;
  /** All whole lines. */
  lines(): Promise<string[]>;
  /** Bytes of a line that a crash cut off: they were set aside in a file of their own. */
  torn?: { file: string; bytes: number; sha256: string };
}

/**
 * Where the record of one go-live is kept: what auditors read. The step's private journal (ledger, lease, memory) and
 * the locks between processes are no part of it. Paths are relative, with `/`, and do not lead out: one that is absolute
 * or holds `..` is an EvidenceRefusal, and nothing is written through a link. Whatever resolves is durable; whatever is
 * killed leaves the old or the new content, never a part. What cannot be read or written is an EvidenceError.
 *
 * `test/evidence/store.contract.ts` is the contract: a second implementation passes it, and is chosen in `open-store.ts`.
 */
export interface EvidenceStore {
  /** Its name for people: two stores with one name hold the same record. */
  readonly root: string;
  /** A path of this machine where commands put what `adopt` then makes part of the record. */
  local(path: string): string;
  /** Undefined when it is not there. */
  read(path: string): Promise<Buffer | undefined>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Takes a copy of a local file. */
  copy(path: string, from: string): Promise<void>;
  /** Makes what lies at `local(path)` part of the record, and hashes it. */
  adopt(path: string): Promise<{ sha256: string; bytes: number }>;
  /**
   * Appends whole lines to a file; what fails appends nothing. Calls are served one at a time, those of one process in
   * their order, whichever process they come from: so `next` must not append itself, it would wait for its own end.
   *
   * @param next gives the lines (without their ends, none empty: else an EvidenceRefusal); when it throws, nothing is appended
   * @param options `final`: nothing is ever appended behind this
   */
  append(
    path: string,
    next: (tail: Tail) => readonly string[] | Promise<readonly string[]>,
    options?: { final: boolean },
  ): Promise<void>;
  /** The last whole line of a file. */
  lastLine(path: string): Promise<string | undefined>;
  /** Hashes everything below `data/`; leftovers are found beside it, too. */
  list(): Promise<Inventory>;
  /** Removes what `list` found of leftovers. */
  remove(leftovers: readonly string[]): Promise<void>;
}
