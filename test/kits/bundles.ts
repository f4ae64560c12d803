import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '../../evidence/folder-store.js';
import { planDigestOf } from '../../client/go-live/launch.js';
import { writeBag } from '../../evidence/write/bag.js';
import { linkOf, sha256 } from '../../evidence/hash.js';
import { sealText } from '../../evidence/write/seal.js';
import { formatManifest } from '../../model/evidence/manifest.js';
import { KEY_FILE, SEAL_FILE } from '../../model/evidence/seal.js';
import { canonicalJson, type Json } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import type { MessageName, Messages } from '../../model/people/message.js';
import { type Expected, type Signed, startExpected, STATEMENT_TYPE } from '../../model/signing/signing.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import type { GoLiveState } from '../../model/state/state.js';
import { judge } from '../evidence/verify/independent.mjs';
import { RealProject, type Start } from './real-go-live.js';
import { testSealer } from './sealer.js';
import { SshKeys } from './ssh.js';

type Loose = { [key: string]: Json };

/** A bundle that an attacker has copied and may change. */
export class Bundle {
  private constructor(readonly root: string) {}

  static copyOf(source: string): Bundle {
    const root = mkdtempSync(join(tmpdir(), 'golive-attack-'));
    cpSync(source, root, { recursive: true });
    return new Bundle(root);
  }

  /** One that lies where it is, and is no copy. */
  static at(root: string): Bundle {
    return new Bundle(root);
  }

  path(name: string): string {
    return join(this.root, name);
  }
  bytes(name: string): Buffer {
    return readFileSync(this.path(name));
  }
  text(name: string): string {
    return this.bytes(name).toString('utf8');
  }
  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path(name), content);
  }
  delete(name: string): void {
    rmSync(this.path(name));
  }
  json<T>(name: string, change: (value: T) => void): void {
    const value = JSON.parse(this.text(name)) as T;
    change(value);
    this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }
  state(change: (state: GoLiveState) => void): void {
    this.json('data/state.json', change);
  }
  /** Changes the plan and makes its digest fit. */
  plan(change: (plan: Plan) => void): void {
    this.json<{ plan: Plan; digest: string }>('data/plan.json', (started) => {
      change(started.plan);
      started.digest = sha256(canonicalJson(started.plan));
      this.state((state) => void (state.planDigest = started.digest));
    });
  }
  events(change: (events: Loose[]) => Loose[] | void): void {
    const events = this.text('data/events.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Loose);
    const changed = change(events) ?? events;
    this.write('data/events.jsonl', changed.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  /** Makes everything fit again as the holder of a key can: links, hashes, manifests, seal. */
  async reseal(key: KeyObject): Promise<void> {
    const before = JSON.parse(
      Buffer.from((JSON.parse(this.text(SEAL_FILE)) as { payload: string }).payload, 'base64').toString(),
    ) as {
      predicate: { temporal: { namespace: string; workflowId: string; runId: string } };
    };
    const store = folderStore(this.root);
    const { files } = await store.list();
    const rest = files.filter(({ path }) => path !== 'data/events.jsonl');
    let prev = '0'.repeat(64);
    this.events((events) =>
      events.map((event, seq) => {
        const sealed: Loose =
          event.type === 'sealed' ? { files: rest.length, digest: sha256(formatManifest(rest)) } : {};
        const linked = { ...event, seq, prev, ...sealed };
        prev = linkOf(JSON.stringify(linked));
        return linked;
      }),
    );
    const sealer = {
      ...testSealer({ privateKey: key, publicKey: createPublicKey(key) }),
      temporal: before.predicate.temporal,
    };
    const state = JSON.parse(this.text('data/state.json')) as GoLiveState;
    const info = this.text('bag-info.txt')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ') as [string, string]);
    await writeBag(
      store,
      (await store.list()).files,
      info.filter(([label]) => label !== 'Payload-Oxum'),
      async (tags) => [
        [KEY_FILE, sealer.key.publicPem],
        [SEAL_FILE, await sealText(store, tags, state, sealer)],
      ],
    );
  }

  remove(): void {
    try {
      rmSync(this.root, { recursive: true, force: true });
    } catch {
      // Node cannot remove what lies deeper than a path can be long.
      execFileSync('rm', ['-rf', this.root]);
    }
  }
}

export interface Made {
  go: string;
  noGo: string;
  /** The worker's own private key. */
  key: KeyObject;
  fingerprint: string;
  signers: string;
  close(): Promise<void>;
}

const RUNBOOK = `schema: 1
id: small
title: Small
roles: { cto: CTO, sre: SRE }
phases:
  - id: measure
    checklist: [{ id: told, text: The users are told, role: sre }]
    steps:
      - { id: say, uses: command.run, effect: idempotent, with: { argv: [echo, hello] } }
      - id: figures
        uses: metrics.read
        with: { file: figures.csv, values: { share: { path: ok, reduce: mean }, n: { path: ok, reduce: count } } }
    gates:
      - { id: share, title: Share of good answers, value: steps.figures.values.share, atLeast: LEAST }
      - { id: count, title: Answers, value: steps.figures.values.n, atLeast: 5, floor: true }
decisions:
  - id: go
    title: GO
    requires: [measure]
    approval: { needs: [{ role: cto, count: 2 }], question: "Go?" }
`;

/**
 * Two real go-lives on a real server and worker, with signed approvals: one ended in GO, one in NO-GO. Where
 * GOLIVE_BUNDLES names a folder, they are kept there and made once for many runs.
 */
export async function makeBundles(): Promise<Made> {
  const kept = process.env.GOLIVE_BUNDLES;
  if (kept === undefined) return reallyMake();
  if (!existsSync(join(kept, 'signers'))) {
    const made = await reallyMake();
    cpSync(made.go, join(kept, 'go'), { recursive: true });
    cpSync(made.noGo, join(kept, 'noGo'), { recursive: true });
    writeFileSync(join(kept, 'key'), made.key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    cpSync(made.signers, join(kept, 'signers'));
    await made.close();
  }
  const key = createPrivateKey(readFileSync(join(kept, 'key')));
  return {
    go: join(kept, 'go'),
    noGo: join(kept, 'noGo'),
    key,
    fingerprint: testSealer({ privateKey: key, publicKey: createPublicKey(key) }).key.fingerprint,
    signers: join(kept, 'signers'),
    close: () => Promise.resolve(),
  };
}

const PEOPLE = { Ada: ['cto'], Bo: ['cto'], Cy: ['sre'] };

async function reallyMake(): Promise<Made> {
  const [project, ssh] = [new RealProject(), new SshKeys()];
  const close = (): Promise<void> => {
    ssh.remove();
    project.close();
    return Promise.resolve();
  };
  try {
    const people = Object.entries(PEOPLE).map(
      ([name, roles]) => `  ${name}: { roles: [${roles.join()}], principal: ${name.toLowerCase()}@x }\n`,
    );
    project.file('golive.yaml', `people:\n${people.join('')}`);
    const signers = project.file(
      'allowed_signers',
      ['ada', 'bo', 'cy'].map((name) => ssh.line(`${name}@x`, name)).join(''),
    );
    project.file('figures.csv', 'ok\n1\n1\n1\n0\n1\n1\n');
    project.file('good.yaml', RUNBOOK.replace('LEAST', '0.8'));
    project.file('bad.yaml', RUNBOOK.replace('LEAST', '0.9'));
    const plans = [await project.plan('good.yaml', 'good'), await project.plan('bad.yaml', 'bad')];
    // Side by side: most of it is waiting.
    await project.serving((start) => Promise.all(plans.map((plan) => take(start, plan, ssh))));
    const key = project.key();
    const { fingerprint } = testSealer({ privateKey: key, publicKey: createPublicKey(key) }).key;
    return { go: project.bundle('good'), noGo: project.bundle('bad'), key, fingerprint, signers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes one go-live to its end: started by Cy, who ticks; two CTOs agree where they are asked. Everything is signed. */
async function take(start: Start, plan: Plan, ssh: SshKeys): Promise<void> {
  const sign = (expected: Expected) => signed(ssh, expected);
  const running = await start(plan, 'Cy', sign(startExpected(plan.goLiveId, planDigestOf(plan), 'Cy')));
  const say = async <N extends MessageName>(verb: N, message: Messages[N]): Promise<void> => {
    const expected = expectedStatement(await running.state(), verb, message);
    if (typeof expected === 'string') throw new Error(expected);
    const receipt = await running.send(verb, { ...message, ...sign(expected) });
    if (!receipt.accepted) throw new Error(`${verb}: ${receipt.reason}`);
  };
  await running.until(({ waiting }) => waiting?.kind === 'checklist', 'its checklist is asked for');
  await say('tick', { item: 'measure.told', by: 'Cy', role: 'sre' });
  const asks = ({ waiting, endedAt }: GoLiveState): boolean => waiting?.id === 'go' || endedAt !== undefined;
  if ((await running.until(asks, 'its decision is asked for')).endedAt === undefined) {
    await say('approve', { approval: 'go', by: 'Ada', role: 'cto', reason: 'fine' });
    await say('approve', { approval: 'go', by: 'Bo', role: 'cto', reason: 'fine too' });
  }
  await running.result();
}

function signed(ssh: SshKeys, expected: Expected): Signed {
  const name = expected.by.toLowerCase();
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const life = { issuedAt: at(0), expiresAt: at(3_600_000) };
  return ssh.statement(name, { ...expected, ...life, type: STATEMENT_TYPE, principal: `${name}@x` });
}

/** What the second verifier says. */
export function secondOpinion(bundle: string, fingerprint: string, signers: string): boolean {
  try {
    judge(bundle, fingerprint, signers);
    return true;
  } catch {
    return false;
  }
}
