import { jest } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, win32 } from 'node:path';
import { types } from 'node:util';

/** A path with a drive, however its separators are mixed. */
const DRIVE = /^([a-z]):[\\/]*/i;

/** Files under the names that Windows gives them: a folder of this machine stands for its drives. */
export interface WindowsDisk {
  write(path: string, content: string): void;
  remove(): void;
}

/**
 * Gives every module that is imported after it the paths of Windows (`path.win32`, and a disk with drives). Links, rights
 * and names in another case are this machine's: what only Windows' own disk does is not in it.
 */
export async function asOnWindows(): Promise<WindowsDisk> {
  const root = mkdtempSync(join(tmpdir(), 'golive-windows-'));
  const here = (path: string): string =>
    join(root, path.replace(DRIVE, (_all, drive: string) => `${drive.toUpperCase()}/`).replaceAll('\\', '/'));
  const there = (path: string): string => {
    const [drive = '', ...names] = path.slice(root.length + 1).split('/');
    return `${drive}:\\${names.join('\\')}`;
  };
  const translated = (one: unknown): unknown => (typeof one === 'string' && DRIVE.test(one) ? here(one) : one);
  const named = (found: unknown): unknown =>
    typeof found === 'string' && found.startsWith(root) ? there(found) : found;
  /** The functions of a module, their paths translated on the way in and those that they find on the way out. */
  const onDisk = (module: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(module).map(([name, value]) => {
        if (typeof value !== 'function' || /^[A-Z]/.test(name)) return [name, value];
        const wrapped = (...args: unknown[]): unknown => {
          const found: unknown = Reflect.apply(value, undefined, args.map(translated));
          return types.isPromise(found) ? found.then(named) : named(found);
        };
        return [name, wrapped];
      }),
    );
  const [fs, promises] = [await import('node:fs'), await import('node:fs/promises')];
  jest.resetModules();
  jest.unstable_mockModule('node:path', () => ({ ...win32, default: win32 }));
  jest.unstable_mockModule('node:fs', () => onDisk({ ...fs }));
  jest.unstable_mockModule('node:fs/promises', () => onDisk({ ...promises }));
  return {
    write: (path, content) => {
      mkdirSync(dirname(here(path)), { recursive: true });
      writeFileSync(here(path), content, { mode: 0o755 });
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
