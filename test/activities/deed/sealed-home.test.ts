import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkSealedHome } from '../../../activities/deed/sealed-home.js';
import { sha256 } from '../../../evidence/hash.js';
import { formatManifest, MANIFEST, TAG_MANIFEST } from '../../../model/evidence/manifest.js';
import type { StepTask } from '../../../model/state/contract.js';
import { call, counted } from '../../kits/counting.js';
import { failed, passed, runTask, taskFor, temporaryFolder } from '../../kits/step-run.js';

const STEP = 'data/phases/deploy.1/page';
const FILES = {
  'data/plan.json': '{}\n',
  'data/events.jsonl': '{"type":"step.started"}\n',
  [`${STEP}/ledger.jsonl`]: '{"kind":"intent"}\n',
  [`${STEP}/remember.json`]: '{"path":"page.txt"}\n',
};

/** The manifest of the files as they are now. */
const manifestOf = (home: string): string =>
  formatManifest(Object.keys(FILES).map((path) => ({ path, sha256: sha256(readFileSync(join(home, path))) })));

/** Seals the files as they are now. @returns the digest of the bundle */
function seal(home: string): string {
  const manifest = manifestOf(home);
  const tags = formatManifest([{ path: MANIFEST, sha256: sha256(manifest) }]);
  writeFileSync(join(home, MANIFEST), manifest);
  writeFileSync(join(home, TAG_MANIFEST), tags);
  return sha256(tags);
}

const otherCommand = (home: string): void => writeFileSync(join(home, STEP, 'ledger.jsonl'), 'rm -r /\n');

/** A bundle that was sealed, and the undo of its step in a later go-live. */
function sealed(): { home: string; task: StepTask } {
  const home = temporaryFolder();
  mkdirSync(join(home, STEP), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(home, path), text);
  const undoes = { phase: 'deploy', phaseAttempt: 1, step: 'page', epoch: 1, evidenceDir: home, bundle: seal(home) };
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
  ['another command in the journal', otherCommand],
  ['no journal', (home) => rmSync(join(home, STEP, 'ledger.jsonl'))],
  ['another path in the memory', (home) => writeFileSync(join(home, STEP, 'remember.json'), '{"path":"other"}\n')],
  ['no memory', (home) => rmSync(join(home, STEP, 'remember.json'))],
  ['a log that goes on', (home) => writeFileSync(join(home, 'data/events.jsonl'), 'more\n', { flag: 'a' })],
  ['another plan', (home) => writeFileSync(join(home, 'data/plan.json'), '{"plan":{}}\n')],
  ['no folder of the step', (home) => rmSync(join(home, STEP), { recursive: true })],
  [
    'a manifest that fits what was changed',
    (home) => {
      otherCommand(home);
      writeFileSync(join(home, MANIFEST), manifestOf(home));
    },
  ],
  ['an empty manifest', (home) => writeFileSync(join(home, MANIFEST), '')],
  [
    'another bundle, in which all fits',
    (home) => {
      otherCommand(home);
      seal(home);
    },
  ],
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
  const memory = join(home, 'data/phases/deploy.1/flag/remember.json');
  // What cannot be read is not what was never there.
  mkdirSync(memory, { recursive: true });
  await expect(checkSealedHome(other)).rejects.toMatchObject({ code: 'EXPECTATION_FAILED' });
  rmSync(memory, { recursive: true });
  writeFileSync(memory, '{}');
  await expect(checkSealedHome(other)).rejects.toMatchObject({ code: 'EXPECTATION_FAILED' });
});

test('an attempt looks before it acts', async () => {
  const { home, task } = sealed();
  const deeds: string[] = [];
  const undo = call(async () => {
    deeds.push('undone');
    return counted(1);
  });
  const again = () => runTask('count', { ...task, input: { n: 1 } }, undo);
  writeFileSync(join(home, 'data/plan.json'), '{"plan":{}}\n');
  expect(failed(await again()).code).toBe('EXPECTATION_FAILED');
  expect(deeds).toEqual([]);
  writeFileSync(join(home, 'data/plan.json'), FILES['data/plan.json']);
  passed(await again());
  expect(deeds).toEqual(['undone']);
});
