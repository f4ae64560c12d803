import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { withoutCredentials } from '../../evidence/credentials.js';
import { MOST, readAtMost } from '../../evidence/verify/read.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { type Excerpt, excerptOf } from '../../model/playbook/excerpt.js';
import { readEvidenceAddress } from '../../model/plan/address.js';
import type { PlaybookEntry, PlaybookShown } from '../../model/schema/format/playbook-fields.js';
import { counted } from '../../model/text/counted.js';
import { CliError } from '../errors.js';
import { checkBundle, findBundle } from '../evidence/bundle.js';
import { type Bundle, bundlesIn, targetFolder } from '../evidence/ended.js';
import { readTrust, type TrustOptions } from '../evidence/trust.js';
import { openProject } from '../runbook/load.js';

/** How the last run is chosen, and whom its reader trusts. */
export interface LastOptions extends Pick<TrustOptions, 'key' | 'signers'> {
  from?: string | undefined;
  target?: string | undefined;
}

/**
 * The newest evidence of a runbook, on a target where one is named.
 *
 * @returns nothing where there is none yet
 * @throws CliError (exit 2) where the one that is named is of another runbook
 */
export function lastRun(runbook: string, { from, target }: LastOptions): Bundle | undefined {
  if (from !== undefined) return named(runbook, from);
  const { folder, project } = openProject();
  const root = resolve(folder, project.evidence ?? 'evidence');
  if (!existsSync(root)) return undefined;
  const targets = target === undefined ? readdirSync(root).filter((name) => !name.startsWith('.')) : [target];
  const folders = targets.map((name) => join(root, name));
  return bundlesIn(folders.filter(isFolder)).findLast(({ plan }) => plan.runbook?.id === runbook && !plan.takesBack);
}

function isFolder(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

function named(runbook: string, from: string): Bundle {
  const directory = findBundle(from);
  const bundle = bundlesIn([targetFolder(directory)]).find((one) => one.directory === directory);
  const is = bundle?.plan.runbook?.id;
  if (bundle && is === runbook) return bundle;
  throw new CliError(`That is no evidence of '${runbook}'${is === undefined ? '' : `, but of '${is}'`}.`, {
    exitCode: 2,
    where: directory,
    hint: 'Give the bundle of a go-live of this runbook, or leave --from out for the newest.',
  });
}

/** How far a bundle can be believed. */
export interface Believed {
  /** `altered`: what it says means nothing. */
  state: 'verified' | 'as-listed' | 'open' | 'altered';
  sentence: string;
}

/** Verifies a bundle where a key is trusted, else holds it to its own check sums, and says which of the two. */
export async function believe({ directory, closed }: Bundle, options: LastOptions): Promise<Believed> {
  if (options.key !== undefined || options.signers !== undefined) {
    const trust = readTrust({ key: options.key, signers: options.signers });
    const { ok, findingCount } = await verifyBundle(directory, trust, recomputeOutputs);
    if (ok) return { state: 'verified', sentence: 'Verified: whole, and sealed by a key that you trust.' };
    const many = counted(findingCount, 'finding');
    return { state: 'altered', sentence: `NOT VERIFIED: ${many}; \`golive verify\` with the same options lists them.` };
  }
  if (!closed) return { state: 'open', sentence: 'Not verified: its bundle is still open, and nothing seals it.' };
  const { files } = await checkBundle(directory);
  const wrong = files.filter(({ state }) => state !== 'ok').length;
  if (wrong > 0)
    return { state: 'altered', sentence: `ALTERED: ${counted(wrong, 'file')} not as its manifest lists them.` };
  return {
    state: 'as-listed',
    sentence: 'Not verified: as its own manifest lists it; --key says whose seal you trust.',
  };
}

/** What is shown of one file or output; `why` where there is nothing to show. */
export interface Shown {
  from: string;
  excerpt?: Excerpt;
  why?: string;
}

/** What an entry shows of the last run, without credentials. */
export async function excerptsOf(bundle: Bundle, { shows = [] }: PlaybookEntry): Promise<Shown[]> {
  const all: Shown[] = [];
  for (const shown of shows) all.push(await excerpt(bundle, shown));
  return all;
}

async function excerpt(bundle: Bundle, { from, lines }: PlaybookShown): Promise<Shown> {
  const { name } = readEvidenceAddress(from);
  try {
    const text = textOf(bundle, from);
    if (text === undefined) return { from, why: 'the run left nothing of it' };
    return { from, excerpt: excerptOf((await withoutCredentials(text)).text, name, lines) };
  } catch (error) {
    return { from, why: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A file of the step's last attempt, or an output of it. */
function textOf({ directory, state }: Bundle, from: string): string | undefined {
  const { phase, step, name } = readEvidenceAddress(from);
  const phases = join(directory, 'data', 'phases');
  const attempts = existsSync(phases)
    ? readdirSync(phases)
        .flatMap((folder) => (folder.startsWith(`${phase}.`) ? Number(folder.slice(phase.length + 1)) : []))
        .toSorted((a, b) => b - a)
    : [];
  const path = attempts
    .map((attempt) => join(phases, `${phase}.${attempt}`, step, name))
    .find((candidate) => existsSync(candidate));
  // By a link, or by a name that leads upwards, it would be a file of somebody else.
  if (path !== undefined && realpathSync(path) !== join(realpathSync(directory), relative(directory, path)))
    throw new Error('it lies outside of the bundle');
  if (path !== undefined) return readAtMost(path, MOST.logLine).toString('utf8');
  const outputs = state?.phases.find(({ id }) => id === phase)?.steps.find(({ id }) => id === step)?.outputs;
  let value: unknown = outputs;
  for (const key of name.split('.'))
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
