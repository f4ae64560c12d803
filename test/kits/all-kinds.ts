import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { StepKind } from '../../model/schema/format/kind.js';

const FOLDER = new URL('../../kinds/', import.meta.url);
const END = '.kind.ts';

/** Names of the kinds that have a file, `kinds/<family>/<kind>.kind.ts`, sorted. */
export function kindNamesOnDisk(): string[] {
  return filesOfKinds().map(nameOf).toSorted();
}

/** Each kind that has a file, with the path of its files without their ends, such as `kinds/wait/wait`. */
export function kindPaths(): [name: string, path: string][] {
  return filesOfKinds().map((file) => [nameOf(file), `kinds/${file.slice(0, -END.length)}`]);
}

/** Every kind that has a file, by name, whether or not the table names it. */
export async function kindsOnDisk(): Promise<Record<string, StepKind>> {
  const kinds: Record<string, StepKind> = {};
  for (const file of filesOfKinds()) {
    const name = nameOf(file);
    const exported = name.replace(/[.-](.)/g, (_, letter: string) => letter.toUpperCase());
    const module = (await import(new URL(file, FOLDER).pathname)) as Record<string, StepKind>;
    const kind = module[exported];
    if (!kind) throw new Error(`kinds/${file} does not export ${exported}`);
    kinds[name] = kind;
  }
  return kinds;
}

function filesOfKinds(): string[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(END)).toSorted();
}

function nameOf(file: string): string {
  return basename(file, END);
}
