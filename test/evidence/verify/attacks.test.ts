import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Trust, verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { Bundle, type Made, makeBundles, secondOpinion } from '../../kits/bundles.js';
import { DEEP, INSIDE } from './inside.js';
import { OUTSIDE } from './outside.js';

let made: Made;
let trust: Trust;
beforeAll(async () => {
  made = await makeBundles();
  trust = { keys: [made.fingerprint], signers: { text: readFileSync(made.signers, 'utf8') } };
}, 180_000);
afterAll(() => made?.close(), 60_000);

const copies: Bundle[] = [];
afterAll(() => {
  for (const one of copies) one.remove();
});
function copy(of: 'go' | 'noGo' = 'go'): Bundle {
  const bundle = Bundle.copyOf(made[of]);
  copies.push(bundle);
  return bundle;
}

test('both verifiers take both bundles as they are', async () => {
  for (const bundle of [made.go, made.noGo]) {
    const { ok, findings, checks } = await verifyBundle(bundle, trust, recomputeOutputs);
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
      const { exitCode } = await verifyBundle(bundle.root, trust, recomputeOutputs);
      if (exitCode < 10) survivors.push(`${name}@${at}`);
    }
    bundle.write(name, original);
  }
  expect((await verifyBundle(bundle.root, trust, recomputeOutputs)).ok).toBe(true);
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
      expect([path, (await verifyBundle(bundle.root, trust, recomputeOutputs)).exitCode]).toEqual([path, 10]);
    }
    writeFileSync(path, original);
  }
}, 120_000);

describe('attacks by somebody without the key', () => {
  test.each(OUTSIDE)('%s is caught (%d), by both verifiers', async (_name, exitCode, attack) => {
    const bundle = copy();
    await attack(bundle, made);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
    expect([found, findings[0]?.item]).toEqual([exitCode, expect.any(String)]);
    expect(secondOpinion(bundle.root, made.fingerprint, made.signers)).toBe(false);
  });
});

describe('attacks by the holder of the key', () => {
  test.each(INSIDE)('%s is caught (%d), by both verifiers', async (_name, exitCode, attack) => {
    const bundle = copy();
    await attack(bundle, made);
    await bundle.reseal(made.key);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
    expect({ found, findings }).toEqual({ found: exitCode, findings: exitCode === 0 ? [] : expect.any(Array) });
    expect(secondOpinion(bundle.root, made.fingerprint, made.signers)).toBe(exitCode === 0);
  });
  test.each(DEEP)('%s is caught (%d) by judging again', async (_name, exitCode, attack, says = '') => {
    const bundle = copy();
    await attack(bundle, made);
    await bundle.reseal(made.key);
    const { exitCode: found, findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
    expect({ found, findings }).toEqual({ found: exitCode, findings: expect.any(Array) });
    expect(findings.map(({ message }) => message).join('\n')).toContain(says);
  });
  test('a line of an unknown type is counted, said, and no finding', async () => {
    const bundle = copy();
    bundle.events((events) => [...events.slice(0, -1), { type: 'from.tomorrow' }, ...events.slice(-1)]);
    await bundle.reseal(made.key);
    const { checks, findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
    expect(findings).toEqual([]);
    expect(checks.find(({ what }) => what.startsWith('the event log'))?.note).toMatch(
      /; 1 of unknown types, not judged$/,
    );
  });
  test('a NO-GO cannot be turned into GO', async () => {
    const bundle = copy('noGo');
    bundle.state((state) => {
      const [phase] = state.phases;
      Object.assign(state, { verdict: 'go', sentence: 'GO: GO.' });
      Object.assign(state.decisions[0] ?? {}, { verdict: 'go', sentence: 'Its one requirement holds.' });
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
    const { exitCode, findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
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
