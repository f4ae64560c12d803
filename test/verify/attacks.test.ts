import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Trust, verifyBundle } from '../../client/verify/verify.js';
import { Bundle, type Made, makeBundles, secondOpinion } from '../kits/bundles.js';

let made: Made;
let trust: Trust;
beforeAll(async () => {
  made = await makeBundles();
  trust = { key: made.fingerprint, signers: { text: readFileSync(made.signers, 'utf8') } };
}, 180_000);
afterAll(() => made?.close(), 60_000);

const copies: Bundle[] = [];
afterAll(() => {
  for (const copy of copies) copy.remove();
});
function copy(of: 'go' | 'noGo' = 'go'): Bundle {
  const bundle = Bundle.copyOf(made[of]);
  copies.push(bundle);
  return bundle;
}

test('both verifiers take both bundles as they are', async () => {
  for (const bundle of [made.go, made.noGo]) {
    const { ok, findings, checks } = await verifyBundle(bundle, trust);
    expect({ ok, findings }).toEqual({ ok: true, findings: [] });
    expect(checks.find(({ what }) => what.startsWith('figures'))?.count).toBe(1);
    expect(secondOpinion(bundle, made.fingerprint, made.signers)).toBe(true);
  }
});

test('no changed byte survives, in manifests, log, seal, key and tags', async () => {
  const step = process.env.GOLIVE_ALL ? 1 : 23;
  const names = [
    'manifest-sha256.txt',
    'tagmanifest-sha256.txt',
    'bag-info.txt',
    'bagit.txt',
    'evidence-key.pem',
    'seal.dsse.json',
    'data/events.jsonl',
  ];
  const bundle = copy();
  const survivors: string[] = [];
  let tried = 0;
  for (const name of names) {
    const original = bundle.bytes(name);
    for (let at = 0; at < original.length; at += step) {
      const changed = Buffer.from(original);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      bundle.write(name, changed);
      tried += 1;
      const { exitCode } = await verifyBundle(bundle.root, trust);
      if (exitCode < 10) survivors.push(`${name}@${at}`);
    }
    bundle.write(name, original);
  }
  expect((await verifyBundle(bundle.root, trust)).ok).toBe(true);
  console.log(`one-bit changes: ${tried} tried, ${survivors.length} survived`);
  expect(survivors).toEqual([]);
  expect(tried).toBeGreaterThan(500);
}, 900_000);

test('no changed byte of any other file survives', async () => {
  const bundle = copy();
  const files = readdirSync(bundle.path('data'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const original = readFileSync(path);
    for (const at of [0, original.length >> 1, original.length - 1]) {
      if (original.length === 0) continue;
      const changed = Buffer.from(original);
      changed[at] = (changed[at] ?? 0) ^ 4;
      writeFileSync(path, changed);
      expect([path, (await verifyBundle(bundle.root, trust)).exitCode]).toEqual([path, 10]);
    }
    writeFileSync(path, original);
  }
}, 120_000);

type Attack = [name: string, exitCode: number, attack: (bundle: Bundle) => void | Promise<void>];
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
const OUTSIDE: Attack[] = [
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
    (bundle) => bundle.write('data/events.jsonl', readFileSync(join(made.noGo, 'data/events.jsonl'))),
  ],
  [
    'the seal of another go-live',
    10,
    (bundle) => bundle.write('seal.dsse.json', readFileSync(join(made.noGo, 'seal.dsse.json'))),
  ],
  ['a file added', 10, (bundle) => bundle.write('data/note.txt', 'trust me')],
  ['a file added beside the payload', 10, (bundle) => bundle.write('README.md', 'trust me')],
  ['a file removed', 10, (bundle) => unlinkSync(bundle.path('data/report.html'))],
  ['a file renamed', 10, (bundle) => renameSync(bundle.path('data/report.html'), bundle.path('data/Report.html'))],
  [
    'a file as a link',
    10,
    (bundle) => {
      cpSync(bundle.path('data/report.html'), join(bundle.root, '..', 'golive-elsewhere.html'));
      unlinkSync(bundle.path('data/report.html'));
      symlinkSync('../../golive-elsewhere.html', bundle.path('data/report.html'));
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
        `${bundle.text('manifest-sha256.txt').trimEnd().split('\n').reverse().join('\n')}\n`,
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

/** By somebody who holds the worker's key: only the rules themselves are left to catch it. */
const INSIDE: Attack[] = [
  ['sealed again as it is', 0, () => undefined],
  ['unsealed, with the key', 11, (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'sealed'))],
  [
    'a gate’s value changed',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.phases[0]?.gates[0] ?? {}, { value: 0.99 })),
  ],
  ['a gate left out', 13, (bundle) => bundle.state((state) => void state.phases[0]?.gates.pop())],
  [
    'the figure changed in the log',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events)
          if (event.step === 'figures' && event.type === 'step.done')
            event.outputs = { rows: 6, values: { share: 1, n: 6 } };
      }),
  ],
  [
    'the threshold lowered',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.phases[0]?.gates[0]?.limit ?? {}, { threshold: 0.1 })),
  ],
  [
    'the quorum lowered',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.decisions[0]?.approval?.needs[0] ?? {}, { count: 1 })),
  ],
  ['a vote stripped', 13, (bundle) => bundle.state((state) => void state.approvals[0]?.votes.pop())],
  [
    'a vote unsigned',
    13,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[1];
        if (vote) for (const name of ['statement', 'signature', 'principal', 'key'] as const) delete vote[name];
      }),
  ],
  [
    'one vote’s signature under another name',
    13,
    (bundle) =>
      bundle.state((state) => {
        const [one, two] = state.approvals[0]?.votes ?? [];
        if (one && two) Object.assign(two, { statement: one.statement, signature: one.signature, key: one.key });
      }),
  ],
  [
    'a broken signature',
    12,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[0];
        if (vote?.signature)
          vote.signature = `${vote.signature.slice(0, 200)}${vote.signature[200] === 'A' ? 'B' : 'A'}${vote.signature.slice(201)}`;
      }),
  ],
  [
    'a changed statement',
    13,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[0];
        if (vote?.statement) vote.statement = vote.statement.replace('"role":"cto"', '"role":"sre"');
      }),
  ],
  [
    'the nonce of another asking',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.approvals[0] ?? {}, { nonce: 'n' })),
  ],
  ['the verdict turned', 13, (bundle) => bundle.state((state) => void (state.verdict = 'no-go'))],
  [
    'a decision turned',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.decisions[0] ?? {}, { verdict: 'no-go' })),
  ],
];

/** Seen only by judging again what the second verifier, in its few lines, does not. */
const DEEP: Attack[] = [
  [
    'the raw figures changed',
    13,
    (bundle) => {
      const file = 'data/phases/measure.1/figures/source.csv';
      bundle.write(file, bundle.text(file).replace('0', '1'));
      bundle.events((events) => {
        for (const event of events) {
          for (const ref of (event.evidence ?? []) as { path: string; sha256: string }[]) {
            if (ref.path.endsWith('source.csv'))
              ref.sha256 = execFileSync('sha256sum', [bundle.path(file)], { encoding: 'utf8' }).slice(0, 64);
          }
        }
      });
    },
  ],
  [
    'a step run with another input',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events)
          if (event.step === 'say' && event.type === 'step.started') event.inputs = '0'.repeat(64);
      }),
  ],
  [
    'a vote from before the question',
    13,
    (bundle) =>
      bundle.state(
        (state) => void Object.assign(state.approvals[0]?.votes[0] ?? {}, { at: '2020-01-01T00:00:00.000Z' }),
      ),
  ],
  ['a tick taken away', 13, (bundle) => bundle.state((state) => void delete state.checklist[0]?.at)],
  ['a tick unsigned', 13, (bundle) => bundle.state((state) => void delete state.checklist[0]?.signed)],
  ['the start unsigned', 13, (bundle) => bundle.state((state) => void delete state.startedProof)],
  ['another starter', 13, (bundle) => bundle.state((state) => void (state.startedBy = 'Ada'))],
  [
    'a vote that the log never heard',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'message.approve')),
  ],
  [
    'a role that is not held',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.people ?? {}, { Bo: ['sre'] })),
  ],
  ['another workflow', 14, (bundle) => bundle.state((state) => void (state.workflowId = 'elsewhere'))],
  [
    'another plan named by the state',
    13,
    (bundle) => bundle.state((state) => void (state.planDigest = '0'.repeat(64))),
  ],
  [
    'a digest that is not the plan’s',
    13,
    (bundle) => {
      bundle.json<{ digest: string }>('data/plan.json', (started) => void (started.digest = '0'.repeat(64)));
      bundle.state((state) => void (state.planDigest = '0'.repeat(64)));
    },
  ],
  ['another go-live', 13, (bundle) => bundle.state((state) => void (state.id = 'shop/c2'))],
  ['another mode', 13, (bundle) => bundle.state((state) => void (state.mode = 'rehearse'))],
  [
    'another runbook',
    13,
    (bundle) => bundle.write('data/runbook.yaml', `${bundle.text('data/runbook.yaml')}# harmless\n`),
  ],
  [
    'the state as golive does not write it',
    10,
    (bundle) => bundle.write('data/state.json', JSON.stringify(JSON.parse(bundle.text('data/state.json')))),
  ],
  [
    'another verdict in the log',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events) if (event.type === 'verdict') event.verdict = 'no-go';
      }),
  ],
  [
    'a step that the log never did',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type, step }) => type !== 'step.done' || step !== 'say')),
  ],
  [
    'a step not done in a phase that passed',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.phases[0]?.steps[0] ?? {}, { status: 'failed' })),
  ],
];

/** What the finding must say, where more than one may be found. */
const SAID: Record<string, string> = {
  'another plan named by the state': 'names another plan',
  'a digest that is not the plan’s': 'is not the plan that its digest names',
  'another go-live': 'is of another go-live',
  'another mode': 'is of another go-live',
  'another runbook': 'is not the planned one',
  'another starter': 'names another starter',
  'the state as golive does not write it': 'is not JSON as golive writes it',
  'another verdict in the log': 'is not the one in the event log',
  'a step that the log never did': 'is done by the state, and the log does not say so',
  'a step not done in a phase that passed': 'is failed, and its phase passed',
};

describe('attacks by somebody without the key', () => {
  test.each(OUTSIDE)('%s is caught (%d), by both verifiers', async (_name, exitCode, attack) => {
    const bundle = copy();
    await attack(bundle);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust);
    expect([found, findings[0]?.item]).toEqual([exitCode, expect.any(String)]);
    expect(secondOpinion(bundle.root, made.fingerprint, made.signers)).toBe(false);
  });
});

describe('attacks by the holder of the key', () => {
  test.each(INSIDE)('%s is caught (%d), by both verifiers', async (_name, exitCode, attack) => {
    const bundle = copy();
    await attack(bundle);
    await bundle.reseal(made.key);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust);
    expect({ found, findings }).toEqual({ found: exitCode, findings: exitCode === 0 ? [] : expect.any(Array) });
    expect(secondOpinion(bundle.root, made.fingerprint, made.signers)).toBe(exitCode === 0);
  });
  test.each(DEEP)('%s is caught (%d) by judging again', async (name, exitCode, attack) => {
    const bundle = copy();
    await attack(bundle);
    await bundle.reseal(made.key);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust);
    expect({ found, findings }).toEqual({ found: exitCode, findings: expect.any(Array) });
    expect(findings.map(({ message }) => message).join('\n')).toContain(SAID[name] ?? '');
  });
  test('a NO-GO cannot be turned into GO', async () => {
    const bundle = copy('noGo');
    bundle.state((state) => {
      const [phase] = state.phases;
      Object.assign(state, { verdict: 'go', sentence: 'GO: GO.' });
      Object.assign(state.decisions[0] ?? {}, { verdict: 'go', sentence: 'All of its 1 requirements hold.' });
      Object.assign(phase ?? {}, { status: 'passed', verdict: 'go' });
      for (const gate of phase?.gates ?? []) gate.verdict = 'go';
    });
    bundle.events((events) => {
      for (const event of events) {
        if (event.type === 'phase.failed') event.type = 'phase.passed';
        if (event.type === 'verdict' || event.type === 'decision') event.verdict = 'go';
      }
    });
    await bundle.reseal(made.key);
    const { exitCode, findings } = await verifyBundle(bundle.root, trust);
    expect(exitCode).toBe(13);
    expect(findings.map(({ item }) => item)).toContain('measure.1/share');
    expect(secondOpinion(bundle.root, made.fingerprint, made.signers)).toBe(false);
  });
});

test('where it is run changes nothing: hostile folder, home and environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'golive-hostile-'));
  try {
    for (const [name, content] of [
      ['golive.yaml', 'approvals: { level: declared }\n'],
      ['allowed_signers', 'mallory@x namespaces="golive-approval@v1" ssh-ed25519 AAAA\n'],
      ['.npmrc', 'node-options=--require=./evil.cjs\n'],
      ['evil.cjs', 'require("fs").writeFileSync("owned", "")\n'],
      ['evidence-key.pem', 'nonsense'],
    ] as const)
      writeFileSync(join(folder, name), content);
    mkdirSync(join(folder, '.golive'));
    const args = [
      resolve('dist/bin/golive.js'),
      'verify',
      made.go,
      '--key',
      made.fingerprint,
      '--signers',
      made.signers,
      '--json',
    ];
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      GOLIVE_EVIDENCE_KEY: 'x',
      GOLIVE_STATE: folder,
      GOLIVE_SSH_KEY: 'x',
    };
    const said = JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })) as {
      ok: boolean;
    };
    expect(said.ok).toBe(true);
    expect(readdirSync(folder)).not.toContain('owned');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
