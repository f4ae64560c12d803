import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve, sep } from 'node:path';

/** Every executable file of this name on PATH, in order. */
export function onPath(name: string, env: Readonly<Record<string, string | undefined>>): string[] {
  if (sep === '\\') return onWindowsPath(name, env);
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(folder, name)).filter(isExecutable);
}

/** Windows starts what ends as PATHEXT says, folders may stand in quotes, and names of variables have no case. */
function onWindowsPath(name: string, env: Readonly<Record<string, string | undefined>>): string[] {
  const variable = (wanted: string): string | undefined =>
    Object.entries(env).find(([one]) => one.toUpperCase() === wanted)?.[1];
  const parts = (list: string): string[] => list.split(delimiter).filter((part) => part !== '');
  const endings = parts(variable('PATHEXT') ?? '.COM;.EXE;.BAT;.CMD');
  const whole = endings.some((ending) => name.toUpperCase().endsWith(ending.toUpperCase()));
  return parts(variable('PATH') ?? '')
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .flatMap((folder) => [...(whole ? [''] : []), ...endings].map((ending) => resolve(folder, name + ending)))
    .filter(isExecutable);
}

/** True for a file that may be executed. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
