import { join } from 'node:path';
import type { CloseEvidence, ClosedEvidence } from '../../model/state/contract.js';
import type { ShownByKind } from '../../model/evidence/shown.js';
import { canonicalJson } from '../../model/json.js';
import { formatManifest } from '../../model/evidence/manifest.js';
import { KEY_FILE, SEAL_FILE } from '../../model/evidence/seal.js';
import type { GoLiveState } from '../../model/state/state.js';
import { failpoint } from '../../host/failpoint.js';
import { readExtras } from '../report/extras.js';
import { reproduceText } from '../report/reproduce.js';
import { signoffText } from '../report/signoff.js';
import { readPayload, removeLeftovers, TAG_MANIFEST, writeBag } from './bag.js';
import { sha256, writeDurably } from '../durable.js';
import { EvidenceRefusal } from '../error.js';
import { appendEvent, appendEvents, isSealed, SEALED } from './log.js';
import { readIfThere } from './open.js';
import { jsonText, runningRecords } from '../report/records.js';
import { type Sealer, sealText } from './seal.js';

const NAME = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}\.md$/;
const LOG_PATH = 'data/events.jsonl';

/**
 * Ends the bundle: state, sign-off, report, how to reproduce, then the seal in the event log, then the manifests and
 * the signature over them.
 * Run again after a crash it comes to the same files; a finished bundle is left as it is.
 *
 * @param shows the sections that kinds add to the report
 * @throws EvidenceError; EvidenceRefusal when the bundle is sealed with another state
 */
export async function closeEvidence(
  request: CloseEvidence,
  sealer: Sealer,
  shows: ShownByKind,
): Promise<ClosedEvidence> {
  const { goLive, signoff } = request;
  const bag = goLive.evidenceDir;
  const data = join(bag, 'data');
  const stateText = jsonText(JSON.parse(canonicalJson(request.state)));
  // As it will be read from the file, so that the report drawn from the file later has the same bytes.
  const state = JSON.parse(stateText) as GoLiveState;
  if (!NAME.test(signoff) || signoff === 'REPRODUCE.md') {
    throw new EvidenceRefusal(`The sign-off page cannot be named ${JSON.stringify(signoff)}.`, 'Give evidence.signoff a plain file name that ends in .md.');
  }
  const result = { bundle: bag, report: join(data, 'report.html'), signoff: join(data, signoff) };
  const standing = (await readIfThere(join(data, 'state.json')))?.toString('utf8');
  const sealed = await isSealed(bag);
  if (sealed && standing !== stateText) {
    throw new EvidenceRefusal(`Conflict: ${bag} is sealed with another outcome of '${goLive.id}'.`, 'Start again under another change; sealed evidence is never written over.');
  }
  if (!sealed) await writePages(data, state, { stateText, signoff, shows });
  if (!sealed || (await readIfThere(join(bag, TAG_MANIFEST))) === undefined) await seal(bag, state, sealed, sealer);
  const { files } = await readPayload(bag);
  return {
    ...result,
    key: sealer.key.fingerprint,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
}

async function writePages(
  data: string,
  state: GoLiveState,
  { stateText, signoff, shows }: { stateText: string; signoff: string; shows: ShownByKind },
): Promise<void> {
  await writeDurably(join(data, 'state.json'), stateText);
  for (const [file, content] of runningRecords(state)) await writeDurably(join(data, file), content);
  await writeDurably(join(data, signoff), signoffText(state));
  const extras = await readExtras(data, shows);
  await writeDurably(join(data, 'REPRODUCE.md'), reproduceText(state, extras));
  // Charts are loaded only when a report is drawn.
  const { renderReport } = await import('../report/render.js');
  await writeDurably(join(data, 'report.html'), await renderReport(state, extras));
}

async function seal(bag: string, state: GoLiveState, sealed: boolean, sealer: Sealer): Promise<void> {
  failpoint('before-seal');
  // Also of a close that was killed while it wrote the tag files: a bundle with a file too many does not verify.
  await removeLeftovers(await readPayload(bag));
  if (!sealed) {
    const { files, links } = await readPayload(bag);
    await appendEvents(
      bag,
      links.map((link) => ({ type: 'link-left-out', ...link })),
    );
    const rest = files.filter(({ path }) => path !== LOG_PATH);
    await appendEvent(bag, {
      type: SEALED,
      files: rest.length,
      digest: sha256(formatManifest(rest)),
      verdict: state.verdict ?? 'none',
    });
  }
  failpoint('mid-seal');
  const { files } = await readPayload(bag);
  const info: [string, string][] = [
    ['Bag-Software-Agent', 'golive'],
    ['Bagging-Date', (state.endedAt ?? state.startedAt).slice(0, 10)],
    ['External-Identifier', state.id],
    ['External-Description', `${state.runbook.title}: ${(state.verdict ?? 'no verdict').toUpperCase()}`],
    ['Golive-Mode', state.mode === 'live' ? 'live' : `REHEARSAL x${state.timeScale}`],
  ];
  await writeBag(bag, files, info, async (tags) => [
    [KEY_FILE, sealer.key.publicPem],
    [SEAL_FILE, await sealText(bag, tags, state, sealer)],
  ]);
}
