import { readdirSync } from 'node:fs';
import type { StepKind } from '../../model/schema/kind.js';

const FOLDER = new URL('../../model/schema/steps/', import.meta.url);

/** Every kind that has a file, by name, whether or not the table names it. */
export async function kindsOnDisk(): Promise<Record<string, StepKind>> {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -3));
  const kinds: Record<string, StepKind> = {};
  for (const name of names.sort()) {
    const exported = name.replace(/[.-](.)/g, (_, letter: string) => letter.toUpperCase());
    const module = (await import(new URL(`${name}.ts`, FOLDER).pathname)) as Record<string, StepKind>;
    const kind = module[exported];
    if (!kind) throw new Error(`model/schema/steps/${name}.ts does not export ${exported}`);
    kinds[name] = kind;
  }
  return kinds;
}
