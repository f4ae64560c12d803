import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { COUNTED, type Counted, countedIn, NONE_COUNTED } from '../../model/evidence/earlier.js';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { certificateOf } from '../../model/judge/certificate.js';
import { readAddress } from '../../model/plan/address.js';
import type { CertificatePlan } from '../../model/plan/certificate-plan.js';
import { jsonObjectIn } from '../../model/json.js';
import type { CertificateRef } from '../../model/state/contract.js';
import type { GoLiveState } from '../../model/state/state.js';
import { EvidenceError, evidenceError } from '../error.js';
import { certificatePages } from '../report/certificate/all-pages.js';
import type { Certified } from '../report/certificate/certificate.js';
import type { EvidenceStore } from '../store.js';

/**
 * Writes the certificate and the pages beside it.
 *
 * @throws EvidenceError
 */
export async function writeCertificate(
  store: EvidenceStore,
  state: GoLiveState,
  plan: CertificatePlan,
  include: Certified['include'],
): Promise<void> {
  const date = (state.endedAt ?? state.startedAt).slice(0, 10);
  const number = await numberOf(store, state.id, date);
  const id = `${state.target}-${plan.name}-${date}-${String(number).padStart(3, '0')}`;
  const earlier = await earlierOf(store, state, plan);
  const one: Certified = { id, certificate: certificateOf(state, plan, earlier), plan, state, earlier, include };
  for (const [file, content] of await certificatePages(one)) await store.write(`data/${file}`, content);
}

/**
 * What the step that looks at earlier go-lives said of them. Where it left nothing that can be read, nothing counts.
 *
 * @throws EvidenceError when the disk refuses
 */
async function earlierOf(store: EvidenceStore, state: GoLiveState, { earlier }: CertificatePlan): Promise<Counted> {
  if (earlier === undefined) return NONE_COUNTED;
  const { phase: phaseId, part } = readAddress(earlier);
  const step = state.phases.find(({ id }) => id === phaseId)?.steps.find(({ id }) => id === part);
  const file = step?.status === 'done' ? step.evidence?.find(({ name }) => name === COUNTED) : undefined;
  const bytes = file && (await store.read(`data/${file.path}`));
  return countedIn(bytes?.toString('utf8') ?? '') ?? NONE_COUNTED;
}

/** The certificate of a closed bundle; undefined where it has none. */
export async function readCertificate(store: EvidenceStore): Promise<CertificateRef | undefined> {
  const json = await store.read(`data/${RELEASE_PAGES.certificateJson}`);
  const { id, level } = jsonObjectIn(json?.toString('utf8') ?? '') ?? {};
  if (typeof id !== 'string' || typeof level !== 'string') return undefined;
  return { id, level, path: store.local(`data/${RELEASE_PAGES.certificate}`) };
}

/** Of three digits up to 999, and of more behind it. */
const MOST_OF_A_DAY = 99_999;

/**
 * The number of this certificate among those of the target on that day. Each is taken by a file that only one can make, so
 * that two that end at once do not get the same; a close that is run again finds its own.
 */
async function numberOf(store: EvidenceStore, goLive: string, date: string): Promise<number> {
  const folder = join(dirname(store.root), NUMBERS);
  try {
    await mkdir(folder, { recursive: true });
    for (let number = 1; number <= MOST_OF_A_DAY; number += 1) {
      const path = join(folder, `${date}-${String(number).padStart(3, '0')}`);
      if ((await take(path, goLive)) || (await readFile(path, 'utf8')) === goLive) return number;
    }
  } catch (error) {
    throw evidenceError('write', folder, error);
  }
  throw new EvidenceError(
    `${folder} holds ${MOST_OF_A_DAY} certificates of ${date}`,
    'Look what writes so many; the next day begins with 1.',
    'FULL',
  );
}

/** Beside the bundles of a target: no change begins with a dot. */
const NUMBERS = '.certificates';

async function take(path: string, goLive: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(goLive);
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}
