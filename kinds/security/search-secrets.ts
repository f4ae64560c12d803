import { createHash } from 'node:crypto';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Git } from '../git/git.js';
import { notRead } from '../shared/read-file.js';
import { errnoOf } from '../../host/errno.js';
import { within } from '../../host/within.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { type Piece, type Place, placesOf, reachable, readObjects, startsOf } from './history.js';
import { type FoundSecret, idOfSecret, printOf } from './secret-findings.js';
import { ASSIGNED, PLANTS } from './secret-patterns.js';

type Ways = Pick<StepContext, 'credentialSpots' | 'progress' | 'signal'>;

/** How a search is bounded. */
interface Limits {
  /** Bytes of the largest content that is read. */
  largest: number;
  timeoutMs: number;
  /** Where the go-live's evidence is: what it writes there and beside it is no part of the code. */
  evidence: string;
}

/** A secret in a content, wherever that stands. */
interface Match {
  rule: string;
  line: number;
  print: string;
}

/** What was looked through, and what was found. */
export interface Searched {
  found: FoundSecret[];
  skipped: { what: string; why: string }[];
  scannedFiles: number;
  scannedBlobs: number;
  scannedMessages: number;
  binary: number;
}

const SUBMODULE = '160000';
/** A content with a zero byte in its beginning is no text, as git has it. */
const LOOKED_AT = 8000;
const MOST_FOUND = 20_000;
/** What a program puts the password into: `${PASSWORD}`, `{{password}}`, `<password>`. */
const ONLY_A_NAME = /^(?:\$\{[^}]*\}|\{\{[^}]*\}\}|\{[A-Za-z_]*\}|<[^>]*>|\$[A-Za-z_]+|%[sv])$/;

/** Looks through a repository. One is for one search: it remembers what it has seen. */
export class SecretSearch {
  private readonly searched: Searched = {
    found: [],
    skipped: [],
    scannedFiles: 0,
    scannedBlobs: 0,
    scannedMessages: 0,
    binary: 0,
  };
  private readonly byId = new Map<string, FoundSecret>();
  private readonly prints = new Map<string, string>();
  /** Contents of the work tree by their hash: the history holds most of them once more. */
  private readonly seen = new Map<string, readonly Match[]>();
  private readonly indexed = new Map<string, string>();

  constructor(
    /** Git at the top of the work tree. */
    private readonly git: Git,
    private readonly top: string,
    private readonly limits: Limits,
    private readonly context: Ways,
  ) {}

  /** @throws StepError EXPECTATION_FAILED where nothing could be looked through, or not all of the history */
  async run(): Promise<Searched> {
    await this.proveThatItFinds();
    await this.workTree();
    await this.history();
    await this.proveThatItFinds();
    const { scannedFiles, scannedBlobs } = this.searched;
    if (scannedFiles === 0) throw nothingScanned(`the work tree ${this.top} has no file`);
    if (scannedBlobs === 0) throw nothingScanned(`the history of ${this.top} holds no file`);
    return { ...this.searched, found: [...this.byId.values()] };
  }

  private async proveThatItFinds(): Promise<void> {
    for (const { rule, text } of PLANTS) {
      const spots = await this.context.credentialSpots(Buffer.from(`a line\n${text}\n`), ASSIGNED);
      if (!spots.some((spot) => spot.rule === rule)) throw nothingScanned(`what was planted for ${rule} is not found`);
    }
  }

  private async workTree(): Promise<void> {
    const { timeoutMs } = this.limits;
    const tracked = new Set<string>();
    const takeTracked = (told: string): void => {
      const [, mode = '', hash = '', path = ''] = /^(\d+) ([0-9a-f]+) \d\t([\s\S]*)$/.exec(told) ?? [];
      if (mode === SUBMODULE) this.searched.skipped.push({ what: path, why: 'is a submodule' });
      else {
        tracked.add(path);
        this.indexed.set(hash, path);
      }
    };
    await this.git.pour({ timeoutMs, cut: '\0', take: takeTracked }, 'ls-files', '--stage', '-z');
    const others = ['ls-files', '--others', '--exclude-per-directory=.gitignore', '-z'];
    const untracked: string[] = [];
    const takeOther = (path: string): void => {
      if (!this.isOwn(join(this.top, path))) untracked.push(path);
    };
    await this.git.pour({ timeoutMs, cut: '\0', take: takeOther }, ...others);
    const paths = [...tracked, ...untracked];
    for (const path of paths) {
      this.tell(`work tree: ${path}`, this.searched.scannedFiles, paths.length);
      await this.file(path);
    }
  }

  /** The bundle, and its lock and backups, which lie beside it under its name behind a dot. */
  private isOwn(path: string): boolean {
    const { evidence } = this.limits;
    return within(path, evidence) || path.startsWith(join(dirname(evidence), `.${basename(evidence)}.`));
  }

  private async file(path: string): Promise<void> {
    const bytes = await this.contentOf(path);
    if (bytes === undefined) return;
    this.searched.scannedFiles += 1;
    const matches = await this.matchesIn(bytes);
    this.seen.set(this.blobHash(bytes), matches);
    for (const match of matches) this.add(match, { commit: 'none', path }, 'tree');
  }

  /** What stands at a path of the work tree; of a link its text, of what was deleted nothing. */
  private async contentOf(path: string): Promise<Buffer | undefined> {
    const place = join(this.top, path);
    const skip = (why: string): undefined => void this.searched.skipped.push({ what: path, why });
    // By such a name it cannot be opened: it would be taken for one that was deleted.
    if (path.includes('\ufffd')) return skip('has a name that is no UTF-8');
    try {
      const stats = await lstat(place);
      if (stats.isSymbolicLink()) return Buffer.from(await readlink(place));
      if (stats.isDirectory()) return skip('is a repository of its own');
      if (!stats.isFile()) return skip('is no file');
      const { largest } = this.limits;
      return stats.size > largest ? skip(`has ${stats.size} bytes, and ${largest} are read`) : await readFile(place);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
      throw notRead(place, 'A file of the work tree', error);
    }
  }

  private async history(): Promise<void> {
    const { timeoutMs } = this.limits;
    const starts = await startsOf(this.git, timeoutMs);
    const hashes = await reachable(this.git, starts, this.indexed.keys(), timeoutMs);
    const withSecrets = new Map<string, readonly Match[]>();
    for await (const object of readObjects(this.git, hashes, this.limits)) {
      const { scannedBlobs, scannedMessages } = this.searched;
      this.tell(`history: ${object.hash.slice(0, 12)}`, scannedBlobs + scannedMessages, hashes.length);
      if ('why' in object) this.searched.skipped.push({ what: object.hash, why: object.why });
      else if (object.type === 'blob') {
        const matches = await this.blob(object);
        if (matches.length > 0) withSecrets.set(object.hash, matches);
      } else await this.message(object);
    }
    if (withSecrets.size === 0) return;
    const places = await placesOf(this.git, starts, new Set(withSecrets.keys()), timeoutMs);
    for (const [hash, matches] of withSecrets)
      for (const place of this.placesFor(hash, places)) for (const match of matches) this.add(match, place, 'history');
  }

  private placesFor(hash: string, places: ReadonlyMap<string, readonly Place[]>): readonly Place[] {
    const staged = this.indexed.get(hash);
    return (
      places.get(hash) ?? [
        staged === undefined ? { commit: 'none', path: `object ${hash}` } : { commit: 'index', path: staged },
      ]
    );
  }

  private async blob({ hash, bytes }: Piece): Promise<readonly Match[]> {
    this.searched.scannedBlobs += 1;
    return this.seen.get(hash) ?? (await this.matchesIn(bytes));
  }

  private async message({ hash, bytes, type }: Piece): Promise<void> {
    this.searched.scannedMessages += 1;
    for (const match of await this.matchesIn(bytes))
      this.add(match, { commit: hash, path: `(text of a ${type})` }, 'history');
  }

  private async matchesIn(bytes: Buffer): Promise<readonly Match[]> {
    if (bytes.subarray(0, LOOKED_AT).includes(0)) this.searched.binary += 1;
    const spots = await this.context.credentialSpots(bytes, ASSIGNED);
    const matches: Match[] = [];
    let [line, at] = [1, 0];
    for (const { from, to, rule } of spots) {
      for (let next = bytes.indexOf(0x0a, at); next >= 0 && next < from; next = bytes.indexOf(0x0a, at)) {
        line += 1;
        at = next + 1;
      }
      const secret = bytes.subarray(from, to);
      if (!ONLY_A_NAME.test(secret.toString('latin1')))
        matches.push({ rule, line, print: await this.printFor(secret) });
    }
    return matches;
  }

  private async printFor(secret: Buffer): Promise<string> {
    const text = secret.toString('latin1');
    const known = this.prints.get(text);
    if (known !== undefined) return known;
    if (this.prints.size >= MOST_FOUND) {
      throw new StepError('EXPECTATION_FAILED', `There are more than ${MOST_FOUND} secrets, so the search was ended.`, {
        hint: 'See which file the step was at: data of a test belongs into a repository of its own.',
      });
    }
    const print = await printOf(secret);
    this.prints.set(text, print);
    return print;
  }

  private add({ rule, line, print }: Match, { commit, path }: Place, where: 'tree' | 'history'): void {
    const id = idOfSecret(rule, path, print);
    const known = this.byId.get(id);
    if (known === undefined) {
      this.byId.set(id, { id, rule, path, line, commit, tree: where === 'tree', history: where === 'history' });
      return;
    }
    known[where] = true;
    if (known.commit === 'none') known.commit = commit;
  }

  /** As git names a content: by the algorithm of its other names. */
  private blobHash(bytes: Buffer): string {
    const [name = ''] = this.indexed.keys();
    const hash = createHash(name.length === 64 ? 'sha256' : 'sha1');
    return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  }

  private tell(text: string, done: number, total: number): void {
    if (this.context.signal.aborted) throw new StepError('CANCELLED', 'The search for secrets was stopped.');
    this.context.progress({ done, total, text });
  }
}

function nothingScanned(why: string): StepError {
  return new StepError('EXPECTATION_FAILED', `The search counts as not run: ${why}.`);
}
