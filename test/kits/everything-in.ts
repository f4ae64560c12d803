import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a folder, with the bytes of files; folders stand by their names. */
export function everythingIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const whole = join(folder, path);
      return [path, lstatSync(whole).isFile() ? readFileSync(whole, 'base64') : 'no file'];
    }),
  );
}
