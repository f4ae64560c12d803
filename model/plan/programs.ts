/** A path without `.`, and without `..` where what it goes back over is known. */
function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!path.startsWith('/')) parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/**
 * Whether a program is named by a path; else it is looked for on the PATH.
 *
 * @param separator of the system that starts it, where it has another one beside `/`
 */
export function isPath(program: string, separator = '/'): boolean {
  return program.includes('/') || program.includes(separator);
}

const from = (base: string, path: string): string => plainPath(path.startsWith('/') ? path : `${base}/${path}`);

/** Where a path of a program and those of a list are counted from. */
export interface ProgramPlaces {
  /** The folder that the program is started in: absolute, or counted from `baseDir`. */
  folder: string;
  /** The folder that holds the runbook, which paths of the list are counted from. */
  baseDir: string;
}

/**
 * Whether a list of a runbook (`allow.commands`) names a program: a bare name as it stands there, a path by where it leads.
 *
 * @param program `argv[0]`
 */
export function mayStart(program: string, commands: readonly string[], { folder, baseDir }: ProgramPlaces): boolean {
  if (!isPath(program)) return commands.includes(program);
  const wanted = from(from(baseDir, folder), program);
  return commands.some((one) => isPath(one) && from(baseDir, one) === wanted);
}
