import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How a file beside a log may belong to it, as its name says; undefined for another log. */
export type Kinship = 'rotated' | 'packed' | 'unclear' | undefined;

const PACKED = /\.(gz|bz2|xz|zst|lz4|br|zip|7z|tgz|Z)$/i;
/** What loggers put between the name of a log and its ending: numbers, dates and times. */
const BETWEEN = /^[-._@]?\d[\dTZ:._@+-]*$/;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `app.log` → `app` and `.log`; `syslog` has no ending. */
function splitName(head: string): [stem: string, ending: string] {
  const ending = /.(\.[A-Za-z]\w*)$/.exec(head)?.[1] ?? '';
  return [head.slice(0, head.length - ending.length), ending];
}

/**
 * Whether a file is a log that was rotated, by its name: `app.log.1`, `app.log-20261126`, `app.1.log`, `app1.log`,
 * `app-2026-11-26-2.log`, `20261126-app.log`, any of them packed.
 *
 * @param head name of the log
 */
export function kinshipOf(name: string, head: string): Kinship {
  if (name === head) return undefined;
  const plain = name.replace(PACKED, '');
  const sort = plain === name ? 'rotated' : 'packed';
  const [stem, ending] = splitName(head);
  if (/^[-._~@]/.test(plain.slice(head.length)) && plain.startsWith(head)) return sort;
  if (plain === head) return sort;
  const within =
    plain.startsWith(stem) && plain.endsWith(ending) ? plain.slice(stem.length, plain.length - ending.length) : '';
  if (BETWEEN.test(within)) return sort;
  if (plain.endsWith(head) && /^\d[\dTZ:._@+-]*$/.test(plain.slice(0, -head.length))) return sort;
  const named = new RegExp(`(^|[^A-Za-z0-9])${escaped(stem)}($|[^A-Za-z0-9])`);
  return named.test(name) ? 'unclear' : undefined;
}

/** The number that rotation gave a log: of `app.log.3`, `app.3.log`, `app3.log`; none of a date. */
export function numberOf(name: string, head: string): number | undefined {
  const [stem, ending] = splitName(head);
  const forms = [`^${escaped(head)}\\.(\\d{1,4})$`, `^${escaped(stem)}[-._]?(\\d{1,4})${escaped(ending)}$`];
  const found = forms.map((form) => new RegExp(form).exec(name)?.[1]).find((digits) => digits !== undefined);
  return found === undefined ? undefined : Number(found);
}

/** A file beside a log, by a name that a rotated log may have. */
export interface Beside {
  name: string;
  path: string;
  inode: string;
  /** When it was written last, in milliseconds. */
  changed: number;
  /** What tells whether it is as it was: its size and when it was written. */
  state: string;
  kinship: Kinship;
}

/**
 * The regular files beside a log that may be of it.
 *
 * @param inode of a file that is of it by whatever name
 */
export async function filesBeside(path: string, inode?: string): Promise<Beside[]> {
  const head = basename(path);
  const folder = dirname(path);
  const found: Beside[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (name === head) continue;
    const kinship = kinshipOf(name, head);
    if (kinship === undefined && inode === undefined) continue;
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (!info?.isFile()) continue;
    const [ino, changed] = [String(info.ino), info.mtimeMs];
    if (kinship === undefined && ino !== inode) continue;
    found.push({ name, path: join(folder, name), inode: ino, changed, state: `${info.size}:${changed}`, kinship });
  }
  return found;
}
