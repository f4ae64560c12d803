import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** One edit of a source file: the first `from` becomes `to`. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

/**
 * Compiles a copy of the code with edits in it.
 *
 * @returns the errors of the compiler, `<file>(<line>,<column>): error …`
 * @throws when the code to edit is not there (any more)
 */
export async function compileWith(edits: readonly Edit[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'golive-compile-'));
  try {
    const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
    for (const name of [...include, 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const { file, from, to } of edits) {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not have: ${from}`);
      writeFileSync(join(folder, file), text.replace(from, to));
    }
    return await compile(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(folder: string): Promise<string[]> {
  const args = [
    TSC,
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--incremental',
    'false',
    '--tsBuildInfoFile',
    'null',
    '--pretty',
    'false',
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 16_000_000 }, (error, stdout, stderr) => {
      if (stderr !== '') reject(new Error(stderr));
      else resolve(stdout.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line)));
      void error;
    });
  });
}
