// Mutation testing of the modules that people's trust hangs on: `npm run test:mutation [module …]`.
// Each mutant is tried in a copy of the sources of its own; the repository is not touched.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutantsOf } from './mutants.mjs';

const root = new URL('../../', import.meta.url).pathname;
const SOURCES = ['model', 'host', 'evidence', 'wire', 'activities', 'kinds', 'client', 'workers', 'workflows', 'lab', 'test', 'runbooks', 'package.json', 'jest.config.js'];
const MODULES = {
  gates: { files: ['model/judge/gate.ts', 'model/expression/statistics.ts', 'model/verdict.ts'], tests: ['test/model/judge/gate', 'test/model/expression/statistics'] },
  approvals: {
    files: ['model/people/approval.ts', 'model/signing/signing.ts', 'model/signing/allowed-signers.ts'],
    tests: ['test/model/people/approval', 'test/model/signing'],
  },
  ledger: { files: ['activities/deed/ledger.ts'], tests: ['test/activities/deed'] },
  attempt: { files: ['activities/deed/states.ts', 'activities/deed/deed.ts'], tests: ['test/activities/deed'] },
  verify: {
    files: [...readdirSync(join(root, 'evidence/verify')).map((name) => `evidence/verify/${name}`), 'model/judge/recompute.ts'],
    tests: ['test/evidence/verify', '-t', 'attacks by|both verifiers|sealed again as it is'],
  },
};
const SAMPLE = Number(process.env.GOLIVE_MUTANTS ?? 60);
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = Number(process.env.GOLIVE_AT_ONCE ?? 2);
const TIMEOUT_MS = 120_000;

/** mulberry32: small, and the same for the same seed. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

function sampled(all, random) {
  const rest = [...all];
  return Array.from({ length: Math.min(SAMPLE, rest.length) }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]);
}

function copyOfSources() {
  const folder = mkdtempSync(join(tmpdir(), 'golive-mutant-'));
  for (const name of SOURCES) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of ['node_modules', 'dist']) symlinkSync(join(root, name), join(folder, name));
  return folder;
}

/** Whether the tests hold on what stands in a folder. */
function holds(folder, tests) {
  return new Promise((resolve) => {
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const args = ['--experimental-vm-modules', '--no-warnings', jest, '--rootDir', folder, '--bail', '--maxWorkers=1', '--silent', ...tests];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, GOLIVE_BUNDLES: join(tmpdir(), `golive-bundles-${process.pid}`) },
    });
    const timer = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), TIMEOUT_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

async function tryAll(mutants, tests, folders) {
  const left = [...mutants];
  const survivors = [];
  let done = 0;
  const one = async (folder) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const path = join(folder, next.file);
      const original = readFileSync(path);
      writeFileSync(path, next.source);
      if (await holds(folder, tests)) survivors.push(next);
      writeFileSync(path, original);
      done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length}, ${survivors.length} survived `);
    }
  };
  await Promise.all(folders.map(one));
  return survivors;
}

const wanted = process.argv.slice(2);
for (const name of wanted) if (!MODULES[name]) throw new Error(`there is no module ${name}: ${Object.keys(MODULES).join(', ')}`);
const random = randomFrom(SEED);
const folders = Array.from({ length: AT_ONCE }, copyOfSources);
console.log(`GOLIVE_SEED=${SEED}, at most ${SAMPLE} mutants of each module`);
try {
  for (const [name, { files, tests }] of Object.entries(MODULES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!(await holds(folders[0], tests))) throw new Error(`the tests of ${name} do not hold without a mutant`);
    const all = files.flatMap((file) => mutantsOf(readFileSync(join(root, file), 'utf8')).map((mutant) => ({ ...mutant, file })));
    const mutants = sampled(all, random);
    const survivors = await tryAll(mutants, tests, folders);
    const killed = mutants.length - survivors.length;
    console.log(`\n${name}: ${killed} of ${mutants.length} mutants killed (${((100 * killed) / mutants.length).toFixed(0)} %), of ${all.length} possible`);
    for (const { file, line, what } of survivors) console.log(`  survived  ${file}:${line}  ${what}`);
  }
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  rmSync(join(tmpdir(), `golive-bundles-${process.pid}`), { recursive: true, force: true });
}
