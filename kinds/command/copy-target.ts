import type { Json } from '../../model/json.js';
import { inFolder } from '../shared/given.js';

/** Programs that write the file that they name last, made of those before it. */
const COPIERS = ['cp', 'mv', 'install', 'ln'];

/** Programs that keep a database in the file behind one of these options. */
const DUMPERS: Readonly<Record<string, readonly string[]>> = {
  pg_dump: ['--file', '-f'],
  pg_dumpall: ['--file', '-f'],
  mysqldump: ['--result-file', '-r'],
  'mariadb-dump': ['--result-file', '-r'],
};

/**
 * The file that a command keeps a database in: this go-live's backup is what its own way back brings back, and not what
 * lay there when it was planned.
 */
export function dumpTarget(argv: Json | undefined, cwd: Json | undefined): string | undefined {
  if (!Array.isArray(argv)) return undefined;
  const [program, ...words] = argv.filter((word) => typeof word === 'string');
  const options = DUMPERS[program?.split('/').at(-1) ?? ''] ?? [];
  const joined = words.find((word) => options.some((option) => word.startsWith(`${option}=`)));
  const behind = words.findIndex((word) => options.includes(word));
  const path = joined?.slice(joined.indexOf('=') + 1) ?? (behind < 0 ? undefined : words[behind + 1]);
  return path === undefined ? undefined : within(path, cwd);
}

function within(path: string, cwd: Json | undefined): string | undefined {
  return cwd === undefined || path.startsWith('/') ? path : inFolder(cwd, path);
}

/**
 * The file that a copying command writes, as its arguments say; of other programs nobody knows. A target that does not
 * look like a file is taken for a folder, in which the file keeps its name: all else there stays pinned.
 */
export function copyTarget(argv: Json | undefined, cwd: Json | undefined): string | undefined {
  if (!Array.isArray(argv)) return undefined;
  const [program, ...words] = argv.filter((word) => typeof word === 'string');
  const names = words.filter((word) => !word.startsWith('-'));
  const target = names.at(-1);
  const source = names.at(-2);
  if (!COPIERS.includes(program?.split('/').at(-1) ?? '') || target === undefined || source === undefined)
    return undefined;
  const path = /[^/.]\.\w{1,8}$/.test(target) ? target : `${target}/${source.split('/').at(-1) ?? ''}`;
  return within(path, cwd);
}
