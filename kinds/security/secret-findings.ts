import { scrypt } from 'node:crypto';
import { z } from 'zod';
import { sha256 } from '../../evidence/hash.js';
import { type Baseline, review } from './findings.js';

/** Whether it stands in the work tree, and whether in the history. */
const found = z.strictObject({
  id: z.string(),
  rule: z.string(),
  path: z.string(),
  line: z.int(),
  /** The oldest commit that has it there; `index` of what is staged, `none` of what no commit has. */
  commit: z.string(),
  tree: z.boolean(),
  history: z.boolean(),
});
/** One secret at one path. It itself is nowhere. */
export type FoundSecret = z.infer<typeof found>;

/** What a search came to, before it is held against a baseline. */
export const searchSchema = z.strictObject({
  at: z.iso.datetime(),
  commit: z.string(),
  dirty: z.boolean(),
  scannedFiles: z.int(),
  scannedBlobs: z.int(),
  scannedMessages: z.int(),
  binary: z.int(),
  skipped: z.int(),
  found: z.array(found),
});
export type Search = z.infer<typeof searchSchema>;

/** The outputs of a search. */
export function countSecrets({ at, found: all, ...rest }: Search, baseline: Baseline) {
  const { accepted, expired, stale } = review(new Set(all.map(({ id }) => id)), baseline, new Date(at));
  const open = all.filter(({ id }) => !accepted.has(id));
  return {
    findings: open.length,
    tree: open.filter(({ tree }) => tree).length,
    history: open.filter(({ history }) => history).length,
    accepted: all.length - open.length,
    expired,
    stale,
    ...rest,
  };
}

/** Work for each guess at a password: 8 MiB, some tens of milliseconds. */
const COST = { N: 8192, r: 8, p: 1 };
/** The same everywhere, so that an id is the same in each scan. */
const SALT = 'golive security.secrets 1';

/**
 * What stands for a secret: the same for the same one, and dear to guess from, since an id stands in a file that is
 * committed.
 */
export function printOf(secret: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(secret, SALT, 16, COST, (error, key) => (error ? reject(error) : resolve(key.toString('hex'))));
  });
}

/** The same secret at the same path has the same id in each scan, whatever its line and commit. */
export function idOfSecret(rule: string, path: string, print: string): string {
  return sha256(JSON.stringify([rule, path, print])).slice(0, 16);
}
