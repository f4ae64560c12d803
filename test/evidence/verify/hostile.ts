import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Bundle } from '../../kits/bundles.js';
import type { Attack } from './outside.js';

/** A path with bytes in it that are no UTF-8. */
const odd = (bundle: Bundle, name: string): Buffer =>
  Buffer.concat([Buffer.from(bundle.path('data/')), Buffer.from(name, 'latin1')]);

/** A file with nothing but a length: it takes no room on the disk. */
const sparse = (path: string, bytes: number): void => {
  writeFileSync(path, '');
  truncateSync(path, bytes);
};

const GIB = 2 ** 30;
const MANY = 200_000;

/** What no golive ever wrote: names, depths, sizes and things that are no files. None of it may end in a crash. */
export const HOSTILE: Attack[] = [
  ['an empty folder', 10, (bundle) => mkdirSync(bundle.path('data/added')), 'data/added is an empty folder'],
  [
    'an empty folder in an empty folder, beside the payload',
    10,
    (bundle) => mkdirSync(bundle.path('more/folders'), { recursive: true }),
    'more/folders is an empty folder',
  ],
  [
    'an empty folder in a step’s own',
    10,
    (bundle) => mkdirSync(bundle.path('data/phases/measure.1/say/more')),
    'is an empty folder',
  ],
  [
    'a file whose name is no UTF-8',
    10,
    (bundle) => writeFileSync(odd(bundle, 'x\xffy'), ''),
    'data/x\\xffy has a name that is no UTF-8',
  ],
  [
    'a folder whose name is no UTF-8',
    10,
    (bundle) => mkdirSync(odd(bundle, '\xc0\xaf')),
    'data/\\xc0\\xaf has a name that is no UTF-8',
  ],
  ['a name of a line break', 10, (bundle) => bundle.write('data/a\nb', 'x'), 'was added'],
  ['a name of a line separator', 10, (bundle) => bundle.write('data/a\u2028b', 'x'), 'was added'],
  [
    'folders deeper than a path can be long',
    10,
    (bundle) => {
      const [home, name] = [process.cwd(), 'd'.repeat(200)];
      process.chdir(bundle.path('data'));
      try {
        for (let depth = 0; depth < 25; depth += 1) {
          mkdirSync(name);
          process.chdir(name);
        }
        writeFileSync('file', 'x');
      } finally {
        process.chdir(home);
      }
    },
    'lies deeper than a path can be long',
  ],
  [
    'a pipe, which nobody ever writes into',
    10,
    (bundle) => execFileSync('mkfifo', [bundle.path('data/pipe')]),
    'data/pipe is no plain file',
  ],
  [
    'a pipe in the place of the log',
    10,
    (bundle) => {
      unlinkSync(bundle.path('data/events.jsonl'));
      execFileSync('mkfifo', [bundle.path('data/events.jsonl')]);
    },
    'data/events.jsonl is no plain file',
  ],
  ['a file of 3 GiB', 10, (bundle) => sparse(bundle.path('data/large'), 3 * GIB), 'data/large was added'],
  [
    'a seal of 3 GiB',
    10,
    (bundle) => sparse(bundle.path('seal.dsse.json'), 3 * GIB),
    'is larger than golive ever writes it',
  ],
  [
    'a log that goes on with 20 MB of nothing',
    10,
    (bundle) => truncateSync(bundle.path('data/events.jsonl'), 20_000_000),
    'has a line of more than 16 MiB',
  ],
  [
    `a manifest with ${MANY} lines more`,
    10,
    (bundle) => {
      const lines = Array.from({ length: MANY }, (_, n) => `${'0'.repeat(64)}  data/z/${String(n).padStart(9, '0')}\n`);
      appendFileSync(bundle.path('manifest-sha256.txt'), lines.join(''));
    },
    'data/z/000000000 is missing',
  ],
  [
    'a manifest of one line without an end',
    10,
    (bundle) => sparse(bundle.path('manifest-sha256.txt'), 100_000_000),
    'has a line of more than 16 KiB',
  ],
  [
    'a manifest that names files outside',
    10,
    (bundle) => appendFileSync(bundle.path('manifest-sha256.txt'), `${'0'.repeat(64)}  data/../../../etc/passwd\n`),
    'data/../../../etc/passwd is missing',
  ],
];
