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
  if (!program.includes('/')) return commands.includes(program);
  const wanted = from(from(baseDir, folder), program);
  return commands.some((one) => one.includes('/') && from(baseDir, one) === wanted);
}
