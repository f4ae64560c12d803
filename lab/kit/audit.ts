import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Audits the lock file of the folder that it runs in, with one package more of which an advisory is known: an audit that
 * does not find that one has not looked. `audit.js [registry]`; by default the one that npm is configured with.
 */
const manifestSchema = z.looseObject({ dependencies: z.record(z.string(), z.string()).default({}) });
const lockSchema = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) });

const [registry] = process.argv.slice(2);
const manifest = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const lock = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const dependencies = { ...manifest.dependencies, 'golive-planted': 'npm:minimist@0.0.8' };
const packages = {
  ...lock.packages,
  '': { ...lock.packages[''], dependencies },
  'node_modules/golive-planted': { name: 'minimist', version: '0.0.8' },
};
const folder = mkdtempSync(join(tmpdir(), 'golive-audit-'));
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
  const args = ['audit', '--json', '--package-lock-only', ...(registry === undefined ? [] : ['--registry', registry])];
  const { stdout, status } = spawnSync('npm', args, { cwd: folder, maxBuffer: 2 ** 26 });
  writeFileSync(1, stdout);
  process.exitCode = status ?? 99;
} finally {
  rmSync(folder, { recursive: true });
}
