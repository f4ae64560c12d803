import { posix } from 'node:path';
import type { z } from 'zod';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { gitAround } from '../git/repository.js';
import { readObjects } from '../security/history.js';
import { globMatcher } from '../shared/glob.js';
import type { Coverage } from './coverage-files.js';
import type { coverageRead as kind } from './coverage.read.kind.js';
import { sourceTest } from './coverage.read.recompute.js';

type Input = z.infer<(typeof kind)['input']>;

/** Bytes of the largest source; what is larger was written by a program. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The sources of the commit that is checked out, with their lines that are not empty.
 *
 * @throws StepError NOT_FOUND without a repository; EXPECTATION_FAILED where nothing is a source
 */
export async function sourcesIn(input: Input, report: Coverage, context: StepContext) {
  const place = context.path(input.tree ?? '.');
  const git = await gitAround(place, context);
  if (git === undefined) throw new StepError('NOT_FOUND', `${place} belongs to no git repository.`);
  const isSource = sourceTest(input);
  const wanted = input.sources.map((one) => globMatcher(one));
  const endings = new Set(report.files.map(({ file }) => posix.extname(file)).filter(Boolean));
  const found: { file: string; hash: string }[] = [];
  for (const line of (await git.text('ls-tree', '-r', '-z', 'HEAD')).split('\0')) {
    const [, hash = '', file = ''] = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    const named = wanted.length === 0 ? endings.has(posix.extname(file)) : wanted.some((matches) => matches(file));
    if (file !== '' && named && isSource(file)) found.push({ file, hash });
  }
  const unmatched = input.sources.find((_, at) => !found.some(({ file }) => wanted[at]?.(file)));
  if (unmatched !== undefined || found.length === 0) {
    const what = unmatched === undefined ? `ends with ${[...endings].join(' or ')}` : `matches ${unmatched}`;
    throw new StepError(
      'EXPECTATION_FAILED',
      `No source of the commit in ${place} ${what}, so nothing can be covered.`,
    );
  }
  const lines = new Map<string, number>();
  const hashes = [...new Set(found.map(({ hash }) => hash))];
  const { timeoutMs } = context.task;
  for await (const one of readObjects(git, hashes, { largest: LARGEST, timeoutMs })) {
    if ('why' in one) {
      const file = found.find(({ hash }) => hash === one.hash)?.file;
      throw new StepError('EXPECTATION_FAILED', `The lines of ${file} cannot be counted: it ${one.why}.`, {
        hint: 'Where it is no source, such as one that a program wrote, name it in exclude.',
      });
    }
    lines.set(one.hash, one.bytes.toString('latin1').match(/\S[^\n]*/g)?.length ?? 0);
  }
  return found.map(({ file, hash }) => ({ file, lines: lines.get(hash) ?? 0 }));
}
