import { createPublicKey } from 'node:crypto';
import type { CloseEvidence, ClosedEvidence } from '../../model/state/contract.js';
import type { ShownByKind } from '../../model/evidence/shown.js';
import { canonicalJson } from '../../model/json.js';
import { APPROVED_MANIFEST, formatManifest, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { KEY_FILE, SEAL_FILE } from '../../model/evidence/seal.js';
import type { GoLiveState } from '../../model/state/state.js';
import { failpoint } from '../../host/failpoint.js';
import { readExtras } from '../report/extras.js';
import { reproduceText } from '../report/reproduce.js';
import { signoffText } from '../report/signoff.js';
import { readCertificate, writeCertificate } from './certificate.js';
import { writeBag } from './bag.js';
import { sha256 } from '../durable.js';
import { EvidenceError, EvidenceRefusal } from '../error.js';
import { fingerprintOf } from '../hash.js';
import { openStore } from '../open-store.js';
import type { EvidenceStore } from '../store.js';
import { appendEvent, appendEvents, EVENT_LOG, isSealed, SEALED } from './log.js';
import { jsonText, runningRecords } from '../report/records.js';
import { type Sealer, sealText } from './seal.js';
import { OneByOne } from '../one-by-one.js';

const NAME = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}\.md$/;

/**
 * Ends the bundle: state, sign-off, report, how to reproduce, then the seal in the event log, then the manifests and
 * the signature over them.
 * Run again after a crash it comes to the same files; a finished bundle is left as it is.
 *
 * @param shows the sections that kinds add to the report
 * @throws EvidenceError, also SEALED when the bundle is sealed with another state; EvidenceRefusal
 */
export function closeEvidence(
  request: CloseEvidence,
  sealer: Sealer,
  shows: ShownByKind,
  store: EvidenceStore = openStore(request.goLive.evidenceDir),
): Promise<ClosedEvidence> {
  return closings.after(store.root, () => close(request, sealer, shows, store));
}

/** An attempt that the server gave up too early still runs beside the next one. */
const closings = new OneByOne();

async function close(
  request: CloseEvidence,
  sealer: Sealer,
  shows: ShownByKind,
  store: EvidenceStore,
): Promise<ClosedEvidence> {
  const { goLive, signoff } = request;
  const stateText = jsonText(JSON.parse(canonicalJson(request.state)));
  // As it will be read from the file, so that the report drawn from the file later has the same bytes.
  const state = JSON.parse(stateText) as GoLiveState;
  if (!NAME.test(signoff) || signoff === 'REPRODUCE.md') {
    throw new EvidenceRefusal(
      `The sign-off page cannot be named ${JSON.stringify(signoff)}.`,
      'Give evidence.signoff a plain file name that ends in .md.',
    );
  }
  const result = {
    bundle: store.root,
    report: store.local('data/report.html'),
    signoff: store.local(`data/${signoff}`),
  };
  const standing = (await store.read('data/state.json'))?.toString('utf8');
  const sealed = await isSealed(store);
  if (sealed && standing !== stateText) {
    throw new EvidenceError(
      `Conflict: ${store.root} is sealed with another outcome of '${goLive.id}'`,
      'Start again under another change; sealed evidence is never written over.',
      'SEALED',
    );
  }
  try {
    if (!sealed) await writePages(store, state, { stateText, signoff, shows });
    if (!sealed || (await store.read(TAG_MANIFEST)) === undefined) await seal(store, state, sealed, sealer);
  } catch (error) {
    // The same close of another worker came first: that is this one's end, too, unless it says otherwise.
    if (sealed || !(error instanceof EvidenceError) || error.code !== 'SEALED') throw error;
    return close(request, sealer, shows, store);
  }
  const { files } = await store.list();
  const certificate = await readCertificate(store);
  return {
    ...result,
    ...(certificate ? { certificate } : {}),
    key: await sealedBy(store),
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
}

/** The key that sealed a closed bundle: also of a worker that had another one, before it was started again. */
async function sealedBy(store: EvidenceStore): Promise<string> {
  const pem = await store.read(KEY_FILE);
  if (pem === undefined) throw new EvidenceError(`${store.local(KEY_FILE)} is gone`, 'Look who took it away.', 'GONE');
  return fingerprintOf(createPublicKey(pem));
}

async function writePages(
  store: EvidenceStore,
  state: GoLiveState,
  { stateText, signoff, shows }: { stateText: string; signoff: string; shows: ShownByKind },
): Promise<void> {
  await store.write('data/state.json', stateText);
  for (const [file, content] of runningRecords(state)) await store.write(`data/${file}`, content);
  const manifest = (await store.read(`data/${APPROVED_MANIFEST}`))?.toString('utf8');
  const extras = await readExtras(store, shows);
  await store.write(`data/${signoff}`, signoffText(state, manifest, extras));
  await store.write('data/REPRODUCE.md', reproduceText(state, extras));
  // Charts are loaded only when a report is drawn.
  const { renderReport } = await import('../report/render.js');
  await store.write('data/report.html', await renderReport(state, extras));
  if (extras.certificate) await writeCertificate(store, state, extras.certificate, extras.include);
}

async function seal(store: EvidenceStore, state: GoLiveState, sealed: boolean, sealer: Sealer): Promise<void> {
  failpoint('before-seal');
  // Also of a close that was killed while it wrote the tag files: a bundle with a file too many does not verify.
  await store.remove((await store.list()).leftovers);
  if (!sealed) {
    const { files, links } = await store.list();
    await appendEvents(
      store,
      links.map((link) => ({ type: 'link-left-out', ...link })),
    );
    const rest = files.filter(({ path }) => path !== EVENT_LOG);
    await appendEvent(store, {
      type: SEALED,
      files: rest.length,
      digest: sha256(formatManifest(rest)),
      verdict: state.verdict ?? 'none',
    });
  }
  failpoint('mid-seal');
  const { files } = await store.list();
  const info: [string, string][] = [
    ['Bag-Software-Agent', 'golive'],
    ['Bagging-Date', (state.endedAt ?? state.startedAt).slice(0, 10)],
    ['External-Identifier', state.id],
    ['External-Description', `${state.runbook.title}: ${(state.verdict ?? 'no verdict').toUpperCase()}`],
    ['Golive-Mode', state.mode === 'live' ? 'live' : `REHEARSAL x${state.timeScale}`],
  ];
  await writeBag(store, files, info, async (tags) => [
    [KEY_FILE, sealer.key.publicPem],
    [SEAL_FILE, await sealText(store, tags, state, sealer)],
  ]);
}
