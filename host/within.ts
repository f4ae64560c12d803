import { isAbsolute, relative, sep } from 'node:path';

/**
 * Whether a path is a folder or lies below it, by the rules of this system: where names have no case, case does not
 * matter, and the way to another drive is no way up but an absolute path. Both are absolute; links are not followed.
 */
export function within(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
