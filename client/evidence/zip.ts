import { createWriteStream, existsSync, lstatSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { CliError, messageOf } from '../errors.js';

/** Every file has this time, so that the same bundle gives the same zip; a zip can say nothing earlier. */
const TIME = new Date(1980, 0, 1);

function filesBelow(root: string, below = ''): string[] {
  return readdirSync(join(root, below))
    .toSorted()
    .flatMap((name) => {
      const path = below === '' ? name : `${below}/${name}`;
      const status = lstatSync(join(root, path));
      if (status.isDirectory()) return filesBelow(root, path);
      if (status.isFile()) return [path];
      throw new CliError(`${path} is no plain file, and a bundle has nothing else.`, {
        exitCode: 10,
        where: root,
        hint: '`golive verify` says what else was changed.',
      });
    });
}

/**
 * Writes a closed bundle into a zip, under a folder of the bundle's name; either whole or not at all.
 *
 * @returns how many files it holds
 * @throws CliError: exit 2 when the file is there already or cannot be written, 10 when the bundle holds a link, 11 when
 *   it is not closed
 */
export async function zipBundle(bundle: string, file: string, force: boolean): Promise<number> {
  const target = resolve(file);
  if (existsSync(target) && !force) {
    throw new CliError('The file is there already.', {
      exitCode: 2,
      where: target,
      hint: 'Say --force to write over it.',
    });
  }
  if (!existsSync(join(bundle, 'tagmanifest-sha256.txt'))) {
    throw new CliError('The bundle is not closed yet.', {
      exitCode: 11,
      where: bundle,
      hint: 'It closes when the go-live ends.',
    });
  }
  const paths = filesBelow(bundle);
  const zip = new ZipFile();
  const folder = `${basename(dirname(resolve(bundle)))}-${basename(resolve(bundle))}`;
  for (const path of paths) zip.addFile(join(bundle, path), `${folder}/${path}`, { mtime: TIME, mode: 0o100644 });
  zip.end();
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}`);
  try {
    await pipeline(zip.outputStream, createWriteStream(draft, { flags: 'wx' }));
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CliError(`The zip cannot be written: ${messageOf(error)}`, {
      exitCode: 2,
      where: target,
      hint: 'Nothing was left behind.',
    });
  }
  return paths.length;
}
