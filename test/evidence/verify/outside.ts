import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, Made } from '../../kits/bundles.js';

/** What is done to a copy of a good bundle, the exit code of `golive verify` then, and words of a finding where several may be found. */
export type Attack = [
  name: string,
  exitCode: number,
  attack: (bundle: Bundle, made: Made) => void | Promise<void>,
  says?: string,
];

const stranger = generateKeyPairSync('ed25519').privateKey;
const replace = (name: string, from: string | RegExp, to: string) => (bundle: Bundle) => {
  const before = bundle.text(name);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing to replace in ${name}`);
  bundle.write(name, after);
};
const lines = (change: (all: string[]) => string[]) => (bundle: Bundle) =>
  bundle.write('data/events.jsonl', `${change(bundle.text('data/events.jsonl').trimEnd().split('\n')).join('\n')}\n`);

/** By somebody without the key. */
export const OUTSIDE: Attack[] = [
  ['a line dropped', 10, lines((all) => all.toSpliced(3, 1))],
  ['two lines swapped', 10, lines((all) => all.with(3, all[4] ?? '').with(4, all[3] ?? ''))],
  ['a line twice', 10, lines((all) => all.toSpliced(3, 0, all[3] ?? ''))],
  ['the tail cut off', 10, lines((all) => all.slice(0, -2))],
  ['a line with blanks', 10, lines((all) => all.with(2, (all[2] ?? '').replace(',', ', ')))],
  ['a key twice in a line', 10, lines((all) => all.with(2, (all[2] ?? '').replace('{', '{"type":"x",')))],
  ['a line behind the seal', 10, lines((all) => [...all, (all.at(-1) ?? '').replace('sealed', 'later')])],
  [
    'the log of another go-live',
    10,
    (bundle, made) => bundle.write('data/events.jsonl', readFileSync(join(made.noGo, 'data/events.jsonl'))),
  ],
  [
    'the seal of another go-live',
    10,
    (bundle, made) => bundle.write('seal.dsse.json', readFileSync(join(made.noGo, 'seal.dsse.json'))),
  ],
  ['a file added', 10, (bundle) => bundle.write('data/note.txt', 'trust me')],
  ['a file added beside the payload', 10, (bundle) => bundle.write('README.md', 'trust me')],
  ['a file removed', 10, (bundle) => unlinkSync(bundle.path('data/report.html'))],
  ['a file renamed', 10, (bundle) => renameSync(bundle.path('data/report.html'), bundle.path('data/Report.html'))],
  [
    'a file as a link',
    10,
    (bundle, made) => {
      unlinkSync(bundle.path('data/report.html'));
      symlinkSync(join(made.go, 'data/report.html'), bundle.path('data/report.html'));
    },
  ],
  [
    'a folder as a link',
    10,
    (bundle) => {
      mkdirSync(bundle.path('data/more'));
      symlinkSync('..', bundle.path('data/more/up'));
    },
  ],
  [
    'an approval stripped',
    10,
    (bundle) => bundle.json<{ votes: unknown[] }[]>('data/approvals.json', (all) => void all[0]?.votes.pop()),
  ],
  ['the verdict changed', 10, (bundle) => bundle.state((state) => void (state.verdict = 'waived'))],
  ['the seal with blanks', 10, replace('seal.dsse.json', ',', ', ')],
  ['the seal with a key twice', 10, replace('seal.dsse.json', '{', '{"payload":"",')],
  ['the seal with an extra field', 10, replace('seal.dsse.json', '{', '{"extra":1,')],
  [
    'base64 in a second spelling',
    10,
    (bundle) => {
      const seal = JSON.parse(bundle.text('seal.dsse.json')) as { signatures: { sig: string }[] };
      const [signature] = seal.signatures;
      if (signature)
        signature.sig = signature.sig.replace(
          /(.)==$/,
          (_all, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`,
        );
      bundle.write('seal.dsse.json', `${JSON.stringify(seal)}\n`);
    },
  ],
  ['another key id', 10, replace('seal.dsse.json', /SHA256:./, 'SHA256:!')],
  ['a second signature', 10, replace('seal.dsse.json', /"signatures":\[(\{.*?\})\]/, '"signatures":[$1,$1]')],
  [
    'hashes in capitals',
    10,
    (bundle) =>
      bundle.write(
        'manifest-sha256.txt',
        bundle.text('manifest-sha256.txt').replace(/^[0-9a-f]{64}/gm, (hash) => hash.toUpperCase()),
      ),
  ],
  [
    'a manifest in another order',
    10,
    (bundle) =>
      bundle.write(
        'manifest-sha256.txt',
        `${bundle.text('manifest-sha256.txt').trimEnd().split('\n').toReversed().join('\n')}\n`,
      ),
  ],
  [
    'a manifest with a line twice',
    10,
    (bundle) => bundle.write('manifest-sha256.txt', bundle.text('manifest-sha256.txt').replace(/^(.*\n)/, '$1$1')),
  ],
  ['no tag manifest', 11, (bundle) => unlinkSync(bundle.path('tagmanifest-sha256.txt'))],
  ['no seal', 10, (bundle) => unlinkSync(bundle.path('seal.dsse.json'))],
  [
    'not closed at all',
    11,
    (bundle) => {
      for (const name of [
        'seal.dsse.json',
        'evidence-key.pem',
        'manifest-sha256.txt',
        'tagmanifest-sha256.txt',
        'bag-info.txt',
      ])
        unlinkSync(bundle.path(name));
      lines((all) => all.slice(0, -3))(bundle);
    },
  ],
  ['sealed again with a key of one’s own', 12, (bundle) => bundle.reseal(stranger)],
  [
    'changed and sealed again with a key of one’s own',
    12,
    async (bundle) => {
      bundle.state((state) => void (state.verdict = 'waived'));
      await bundle.reseal(stranger);
    },
  ],
];
