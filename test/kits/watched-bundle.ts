import { createPrivateKey, type KeyObject } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RealProject } from './real-go-live.js';

/** A rule that approves, a window that was green, and one that never was. */
const RUNBOOK = `schema: 1
id: watched
title: Watched
roles: { sre: SRE }
inputs: { risk: { type: string, default: low } }
phases:
  - id: watch
    approval: { role: sre, question: Watch?, auto: inputs.risk == "low" }
    steps:
      - id: calm
        uses: metrics.read
        with: { file: figures.csv, values: { share: { path: ok, reduce: mean } } }
        window: { every: 1s, consecutive: 2, within: 3s, green: it.values.share > 0.5 }
      - id: rough
        uses: metrics.read
        with: { file: figures.csv, values: { share: { path: ok, reduce: mean } } }
        window: { every: 1s, consecutive: 2, within: 3s, green: it.values.share > 0.9 }
    gates:
      - { id: calm, value: steps.calm.streak, atLeast: 2 }
      - { id: rough, value: steps.rough.red, equals: 3 }
`;

export interface Watched {
  bundle: string;
  /** The worker's own private key. */
  key: KeyObject;
  close(): Promise<void>;
}

/** A real go-live, approved by a rule, with windows. Where GOLIVE_BUNDLES names a folder, it is made once for many runs. */
export async function makeWatched(): Promise<Watched> {
  const kept = process.env.GOLIVE_BUNDLES;
  if (kept !== undefined && existsSync(join(kept, 'watched.key'))) {
    const key = createPrivateKey(readFileSync(join(kept, 'watched.key')));
    return { bundle: join(kept, 'watched'), key, close: () => Promise.resolve() };
  }
  const made = await reallyMake();
  if (kept === undefined) return made;
  cpSync(made.bundle, join(kept, 'watched'), { recursive: true });
  writeFileSync(join(kept, 'watched.key'), made.key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await made.close();
  return makeWatched();
}

async function reallyMake(): Promise<Watched> {
  const project = new RealProject();
  const close = (): Promise<void> => Promise.resolve(project.close());
  try {
    project.file('watched.yaml', RUNBOOK);
    project.file('golive.yaml', 'approvals: { level: declared }\n');
    project.file('figures.csv', 'ok\n1\n1\n1\n0\n1\n');
    const plan = await project.plan('watched.yaml', 'watched');
    await project.serving(async (start) => (await start(plan, 'Cy')).result());
    return { bundle: project.bundle('watched'), key: project.key(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
