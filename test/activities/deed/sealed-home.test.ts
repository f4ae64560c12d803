import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkSealedHome } from '../../../activities/deed/sealed-home.js';
import { sha256 } from '../../../evidence/hash.js';
import { formatManifest, MANIFEST, TAG_MANIFEST } from '../../../model/evidence/manifest.js';
import type { StepTask } from '../../../model/state/contract.js';
import { taskFor, temporaryFolder } from '../../kits/step-run.js';

const STEP = 'data/phases/deploy.1/page';
const FILES = {
  'data/plan.json': '{}\n',
  'data/events.jsonl': '{"type":"step.started"}\n',
  [`${STEP}/ledger.jsonl`]: '{"kind":"intent"}\n',
  [`${STEP}/remember.json`]: '{"path":"page.txt"}\n',
};

/** A bundle that was sealed, and the undo of its step in a later go-live. */
function sealed(): { home: string; task: StepTask } {
  const home = temporaryFolder();
  mkdirSync(join(home, STEP), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(home, path), text);
  const manifest = formatManifest(Object.entries(FILES).map(([path, text]) => ({ path, sha256: sha256(text) })));
  const tags = formatManifest([{ path: MANIFEST, sha256: sha256(manifest) }]);
  writeFileSync(join(home, MANIFEST), manifest);
  writeFileSync(join(home, TAG_MANIFEST), tags);
  const undoes = { phase: 'deploy', phaseAttempt: 1, step: 'page', epoch: 1, evidenceDir: home, bundle: sha256(tags) };
  return { home, task: taskFor({}, { task: { undoes } }) };
}

test('what was sealed may be read', async () => {
  await expect(checkSealedHome(sealed().task)).resolves.toBeUndefined();
});

test('an undo of its own go-live has no seal yet', async () => {
  const { task } = sealed();
  const { evidenceDir: _home, ...own } = task.undoes ?? { phase: '', phaseAttempt: 1, step: '', epoch: 1 };
  await expect(checkSealedHome({ ...task, undoes: { ...own, bundle: 'f'.repeat(64) } })).resolves.toBeUndefined();
});

test.each<[string, (home: string) => void]>([
  ['another command in the journal', (home) => writeFileSync(join(home, STEP, 'ledger.jsonl'), 'rm -r /\n')],
  ['no journal', (home) => rmSync(join(home, STEP, 'ledger.jsonl'))],
  ['another path in the memory', (home) => writeFileSync(join(home, STEP, 'remember.json'), '{"path":"other"}\n')],
  ['no memory', (home) => rmSync(join(home, STEP, 'remember.json'))],
  ['a log that goes on', (home) => writeFileSync(join(home, 'data/events.jsonl'), 'more\n', { flag: 'a' })],
  ['no folder of the step', (home) => rmSync(join(home, STEP), { recursive: true })],
  ['a manifest that fits what was changed', (home) => writeFileSync(join(home, MANIFEST), '')],
  ['another bundle', (home) => writeFileSync(join(home, TAG_MANIFEST), '')],
  ['no bundle', (home) => rmSync(home, { recursive: true })],
])('%s: nothing is undone by it', async (_what, change) => {
  const { home, task } = sealed();
  change(home);
  await expect(checkSealedHome(task)).rejects.toMatchObject({
    code: 'EXPECTATION_FAILED',
    message: expect.stringMatching(/ is not as the earlier go-live sealed it\.$/),
  });
});

test('a memory that the seal does not know is none of the step', async () => {
  const { home, task } = sealed();
  const { undoes } = task;
  const other = { ...task, undoes: { phase: '', phaseAttempt: 1, epoch: 1, ...undoes, step: 'flag' } };
  await expect(checkSealedHome(other)).resolves.toBeUndefined();
  mkdirSync(join(home, 'data/phases/deploy.1/flag'));
  writeFileSync(join(home, 'data/phases/deploy.1/flag/remember.json'), '{}');
  await expect(checkSealedHome(other)).rejects.toMatchObject({ code: 'EXPECTATION_FAILED' });
});
