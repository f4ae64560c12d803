import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { MOST, readAtMost } from '../../evidence/verify/read.js';
import { errnoOf } from '../../host/errno.js';
import { type Begun, isBegun } from '../../model/evidence/records.js';
import { jsonObjectIn } from '../../model/json.js';

/**
 * Go-lives that were taken back, wholly or in part, or whose taking back has begun, with the change of the one that did: by
 * its plan, which it wrote before its first deed. What it took back is in place no more, whatever the sealed bundle says.
 *
 * @param folder that of all bundles of the target
 * @throws StepError EXPECTATION_FAILED where a plan lies there that cannot be read: it may be of one that takes back
 */
export function takersIn(folder: string): ReadonlyMap<string, string> {
  const takers = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const first = begunIn(join(folder, entry.name, 'data', 'plan.json'))?.plan.takesBack;
    if (first) takers.set(first.goLive, entry.name);
  }
  return takers;
}

function begunIn(path: string): Begun | undefined {
  let cause: unknown;
  try {
    lstatSync(path);
    const begun: unknown = jsonObjectIn(readAtMost(path, MOST.record).toString('utf8'));
    if (isBegun(begun)) return begun;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    cause = error;
  }
  throw new StepError(
    'EXPECTATION_FAILED',
    `Whether a go-live was taken back is not known: ${path} cannot be read as a plan.`,
    { cause, hint: 'Make it readable, or take its folder away from among the bundles.' },
  );
}
