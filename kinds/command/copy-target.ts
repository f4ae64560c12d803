import type { Json } from '../../model/json.js';
import { inFolder } from '../shared/given.js';

/** Programs that write the file that they name last, made of those before it. */
const COPIERS = ['cp', 'mv', 'install', 'ln'];

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
  return cwd === undefined || path.startsWith('/') ? path : inFolder(cwd, path);
}
