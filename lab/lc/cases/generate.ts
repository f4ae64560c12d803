import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCases } from './build.js';

export const DEFAULT_SEED = 7;

/** Writes `manifest.json`, `smoke20.json` and `probe1.json`; the same seed gives the same bytes. */
export function writeCases(seed: number, out: string): void {
  const { full, smoke, probe } = buildCases(seed);
  mkdirSync(out, { recursive: true });
  const write = (name: string, value: unknown) => writeFileSync(join(out, name), `${JSON.stringify(value, null, 2)}\n`);
  write('manifest.json', full);
  write('smoke20.json', smoke);
  write('probe1.json', probe);
}

function main(): number {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, out: { type: 'string' } } });
  const seed = Number(values.seed ?? DEFAULT_SEED);
  if (!Number.isInteger(seed) || !values.out) {
    console.error('usage: generate.js --out DIR [--seed WHOLE_NUMBER]');
    return 2;
  }
  writeCases(seed, values.out);
  console.log(`cases written to ${values.out} (seed ${seed})`);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
