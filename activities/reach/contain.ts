import { constants, existsSync, lstatSync, realpathSync } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { StepError } from '../step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { within } from '../../host/within.js';

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Where a path really leads: links of everything that is there are followed, the rest is taken as it is written. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const code = errnoOf(error);
    const above = dirname(path);
    // A link to nothing is no new file: what is written through it would lie where it points.
    if (code !== 'ENOENT' || above === path || isLink(path)) throw error;
    return join(realOf(above), path.slice(above.length + (above.endsWith(sep) ? 0 : 1)));
  }
}

/**
 * Makes a path of a runbook absolute and holds it to the folders that the plan may touch, links followed.
 *
 * @param folders absolute; without them (plans of earlier versions) only the text is judged
 * @throws StepError BAD_INPUT
 */
export function contained(path: string, baseDir: string, folders: readonly string[] | undefined): string {
  const shown = JSON.stringify(path).slice(0, 200);
  // `%2e` and the like are taken literally: nothing here decodes them.
  if (path === '' || /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(path)) {
    throw new StepError('BAD_INPUT', `The path ${shown} is empty or holds control characters.`);
  }
  // On Windows an absolute path begins with its drive; `C:x` is none, and lies wherever that drive happens to be.
  const withDrive = /^[a-z]:/i.test(path) && isAbsolute(path);
  if (!withDrive && /^~|^\\\\|^\/\/|^[a-z][a-z0-9+.-]*:/i.test(path)) {
    throw new StepError('BAD_INPUT', `The path ${shown} is no plain path: no ~, no network path, no address.`);
  }
  const absolute = resolve(baseDir, path);
  if (folders === undefined) return absolute;
  const refuse = (why: string): StepError =>
    new StepError('BAD_INPUT', `The path ${shown} ${why}, so it is not touched.`, {
      hint: 'Make it an input of type path, or list its folder in golive.yaml: folders.',
    });
  if (!folders.some((folder) => within(absolute, folder))) throw refuse('lies outside of the folders of the plan');
  let real: string;
  try {
    real = realOf(absolute);
  } catch (error) {
    throw refuse(`cannot be followed (${errnoOf(error) ?? 'error'})`);
  }
  const roots = folders.flatMap((folder) => {
    try {
      return [realOf(folder)];
    } catch {
      return [];
    }
  });
  if (!roots.some((root) => within(real, root))) throw refuse(`leads out of the folders of the plan, to ${real}`);
  return absolute;
}

/**
 * Runs something on a file by way of its folder held open, so that a folder which is swapped for a link meanwhile is not
 * followed: on Linux `/proc/self/fd/<n>` names the folder itself, wherever its name leads by now.
 *
 * @param path absolute, as `contained` gave it; its folder is there
 * @param run is given the path to use
 * @throws StepError BAD_INPUT when the folder that was opened lies outside
 */
export async function throughFolder<T>(
  path: string,
  folders: readonly string[] | undefined,
  run: (path: string) => Promise<T>,
): Promise<T> {
  if (folders === undefined || !existsSync('/proc/self/fd')) return run(path);
  const handle = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const held = `/proc/self/fd/${handle.fd}`;
    const real = await readlink(held);
    // One file alone may be a folder of the plan: then only that file in its folder is.
    if (!folders.some((folder) => within(join(real, basename(path)), realOf(folder)))) {
      throw new StepError('BAD_INPUT', `The folder of ${path} leads out of the folders of the plan, to ${real}.`, {
        hint: 'Somebody changed it while the step ran; see who, then retry.',
      });
    }
    return await run(join(held, basename(path)));
  } finally {
    await handle.close();
  }
}
