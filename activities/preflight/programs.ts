import { open } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import { isExecutable, onPath } from '../../host/executables.js';
import { isPath } from '../../model/plan/programs.js';
import type { Finding } from '../../model/preflight/finding.js';
import { textsIn } from '../../model/schema/format/kind.js';
import { lacking, type Look, needs, why } from './look.js';

interface Program {
  name: string;
  /** Absolute; paths are relative to it. */
  folder: string;
  path: string;
}

/** Longest first line of a script that a kernel reads. */
const FIRST_LINE = 256;

/** Whether each program that the plan starts is there and may be run, and the interpreter of a script with it. */
export function findPrograms(look: Look): Promise<Finding[]> {
  const { baseDir } = look.goLive;
  const wanted = needs<Program>(
    look,
    ({ call, input }) => {
      const { names, folder, path } = call.kind.runs?.(input) ?? { names: [] };
      return textsIn(names)
        .filter((name) => name !== '' && !name.includes('${{'))
        .map((name) => ({
          name,
          folder: resolve(baseDir, typeof folder === 'string' ? folder : '.'),
          path: typeof path === 'string' ? path : (look.env['PATH'] ?? ''),
        }));
    },
    ({ name, folder, path }) => (isPath(name, sep) ? resolve(folder, name) : `${name}\n${path}`),
  );
  return Promise.all(
    wanted.map(async (need) => {
      const { name, folder, path } = need.thing;
      const base = { area: 'program' as const, what: name, where: need.where };
      const at = isPath(name, sep) ? resolve(folder, name) : onPath(name, { PATH: path })[0];
      if (at === undefined || !isExecutable(at)) {
        const standing = lacking(need, isPath(name, sep));
        const found =
          at === undefined ? `${name} is not on the worker's PATH.` : `${at} is not there or may not be run.`;
        return {
          ...base,
          standing,
          found: `${found}${why(need, standing)}`,
          next: `Install ${basename(name)} for the worker, or put it on its PATH.`,
        };
      }
      const lacks = await lackingInterpreter(at, path);
      if (lacks === undefined) return { ...base, standing: 'there', found: at };
      const standing = lacking(need, false);
      return { ...base, standing, found: `Its interpreter ${lacks} is not there.`, next: `Install ${lacks}.` };
    }),
  );
}

/** The interpreter that a script names and that is not there. */
async function lackingInterpreter(file: string, path: string): Promise<string | undefined> {
  const line = await firstLine(file);
  const [interpreter, ...words] = /^#!\s*(.+)$/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
  if (interpreter === undefined) return undefined;
  if (!isExecutable(interpreter)) return interpreter;
  if (basename(interpreter) !== 'env') return undefined;
  const program = words.find((word) => !word.startsWith('-') && !word.includes('='));
  if (program === undefined) return undefined;
  const there = isPath(program, sep) ? isExecutable(program) : onPath(program, { PATH: path }).length > 0;
  return there ? undefined : program;
}

async function firstLine(file: string): Promise<string> {
  // A program that may be run and not be read has no line to look at.
  const handle = await open(file, 'r').catch(() => undefined);
  try {
    const { buffer, bytesRead = 0 } = (await handle?.read(Buffer.alloc(FIRST_LINE), 0, FIRST_LINE, 0)) ?? {};
    return buffer?.toString('latin1', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await handle?.close();
  }
}
