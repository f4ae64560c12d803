import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Listed } from '../../client/go-live/list.js';
import { fingerprintOf } from '../../evidence/hash.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import { judge } from '../evidence/verify/independent.mjs';
import { Bundle } from '../kits/bundles.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

/** A go-live that has ended is taken back by one of its own: on a real server, by the built command line. */

const RUNBOOK = `
schema: 1
id: shop
title: Shop
roles: { sre: SRE, cto: CTO }
inputs: { text: { type: string, default: new } }
phases:
  - id: deploy
    owner: sre
    onFail: { ask: { role: sre, expires: 2m } }
    steps:
      - { id: page, uses: file.write, with: { path: page.txt, content: "\${{ inputs.text }}" } }
      - id: flag
        uses: command.run
        effect: idempotent
        with: { argv: [sh, -c, "touch flag"] }
        undo: [{ uses: command.run, title: Flag off, with: { argv: [sh, undo.sh] } }]
decisions:
  - { id: live, title: New is live, requires: [deploy], approval: { role: cto, question: Live? } }
rollbacks:
  R1:
    title: Page of before, and a note
    undo: all
    steps:
      - id: freeze
        uses: command.run
        effect: idempotent
        undoOn: always
        with: { argv: [sh, -c, "touch frozen"] }
        undo: [{ uses: command.run, title: Thaw, with: { argv: [sh, thaw.sh] } }]
      - { id: note, uses: file.write, with: { path: note.txt, content: "back to before \${{ phases.deploy.steps.page.bytes }}" } }
`;

interface Outcome {
  id: string;
  verdict: string;
  sentence: string;
  bundle: string;
  key: string;
  exitCode: number;
}

let project: Project;
const at = (name: string): string => join(project.folder, name);
const page = (): string => readFileSync(at('page.txt'), 'utf8');
const state = async (target: string): Promise<GoLiveState> =>
  (await project.json<GoLiveState>('status', target, '--json')).value;
const waits = (target: string, id: string) =>
  eventually(`${target} waits for ${id}`, 60_000, async () => (await project.stateOf(target)).waiting?.id === id);

/** Starts a go-live and sees it to GO. */
async function live(target: string, change: string, text: string): Promise<Outcome> {
  const args = ['start', 'shop.yaml', '--target', target, '--change', change, '--input', `text=${text}`, '--by', 'Op'];
  const ended = project.json<Outcome>(...args, '--wait', '--json');
  await waits(target, 'live');
  await project.must('approve', target, 'live', '--as', 'cto', '--by', 'Ada');
  const { code, value } = await ended;
  expect(code).toBe(0);
  return value;
}

/** Takes one back; the CTO, who had to approve its decision, agrees. */
async function back(target: string, ...more: string[]): Promise<{ code: number | null; outcome: Outcome }> {
  const ended = project.json<Outcome>('rollback', target, ...more, '--by', 'Sam', '--wait', '--json');
  await waits(target, 'take-back');
  await project.must('approve', target, 'take-back', '--as', 'cto', '--by', 'Ada');
  const { code, value } = await ended;
  return { code, outcome: value };
}

/** What `verify` says of a bundle that the holder of the worker's key changed. */
async function attacked(source: string, change: (bundle: Bundle) => void): Promise<string> {
  const key = createPrivateKey(readFileSync(at('.golive/evidence-key.pem')));
  const bundle = Bundle.copyOf(source);
  try {
    change(bundle);
    await bundle.reseal(key);
    const trust = { keys: [fingerprintOf(createPublicKey(key))] };
    const { findings } = await verifyBundle(bundle.root, trust, recomputeOutputs);
    return findings.map(({ class: kind, item, message }) => `${kind} ${item} ${message}`).join('\n');
  } finally {
    bundle.remove();
  }
}

beforeAll(async () => {
  project = await Project.open();
  writeFileSync(at('shop.yaml'), RUNBOOK);
  writeFileSync(at('page.txt'), 'old');
  // What it does beside its task, other files say: the script itself is pinned.
  writeFileSync(at('undo.sh'), 'if [ -e slow ]; then touch begun; [ -e gone ] || sleep 60; exit 1; fi; rm -f flag\n');
  writeFileSync(at('thaw.sh'), 'if [ -e stuck ]; then exit 1; fi; rm -f frozen\n');
  await project.must('up', '--detach');
}, 120_000);
afterAll(() => project.close(), 60_000);

test('GO, then taken back by those who decided; files as before, evidence that names the first, and only once', async () => {
  const first = await live('one', 'c1', 'new');
  expect([page(), existsSync(at('flag'))]).toEqual(['new', true]);

  const { code, outcome } = await back('one', '--change', 'c1', '--reason', 'prices are wrong');
  expect([code, outcome.id, outcome.verdict]).toEqual([0, 'one/c1-rollback-1', 'go']);
  expect(outcome.sentence).toBe('one/c1 is taken back: GO.');
  expect([page(), existsSync(at('flag'))]).toEqual(['old', false]);

  const verified = await project.run('verify', outcome.bundle, '--key', first.key);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/taken back .*one\/c1 [0-9a-f]{12}/)]);
  const untouched = await project.run('verify', first.bundle, '--key', first.key);
  expect([untouched.code, untouched.stderr]).toEqual([0, '']);

  const forged = (change: (bundle: Bundle) => void) => attacked(outcome.bundle, change);
  expect(await forged(() => undefined)).toBe('');
  expect(
    await forged((bundle) => bundle.plan(({ takesBack }) => void (takesBack && (takesBack.goLive = 'one/c0')))),
  ).toContain('is of another go-live than the plan names');
  expect(await forged((bundle) => bundle.plan(({ phases: [only] }) => void (only && (only.approvals = []))))).toContain(
    'does not ask those who had to approve',
  );
  expect(await forged((bundle) => bundle.plan(({ takesBack }) => void takesBack?.undos.pop()))).toContain(
    'which the plan does not name',
  );
  expect(await forged((bundle) => bundle.write('data/first/state.json', '{}\n'))).toContain(
    'not the one of its manifest',
  );

  const { value: rows } = await project.json<Listed[]>('list', '--target', 'one', '--json');
  const marks = rows.map(({ change, takesBack, takenBack }) => ({ change, takesBack, takenBack }));
  expect(marks).toEqual([
    { change: 'c1-rollback-1', takesBack: 'one/c1', takenBack: undefined },
    { change: 'c1', takesBack: undefined, takenBack: { by: 'one/c1-rollback-1', verdict: 'go' } },
  ]);

  const { value: report } = await project.json<object>('report', 'one/c1', '--json');
  expect(report).toMatchObject({ takenBack: [{ by: 'one/c1-rollback-1', verdict: 'go' }] });

  // What took it back says alone what stands; the server remembers that there was one.
  renameSync(outcome.bundle, at('away'));
  const gone = await project.run('rollback', 'one', '--change', 'c1');
  renameSync(at('away'), outcome.bundle);
  expect([gone.code, gone.stderr]).toEqual([4, expect.stringContaining('The evidence of c1-rollback-1')]);
  const again = await project.run('rollback', 'one', '--change', 'c1');
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('Nothing of one/c1 stands any more')]);
  const typo = await project.run('rollback', 'one', '--change', 'c11');
  expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining("Did you mean 'c1'?")]);
}, 120_000);

test('a later go-live stands in the way, unless somebody says why not; an altered bundle does, always', async () => {
  await live('two', 'c1', 'second');
  const later = await live('two', 'c2', 'third');
  const refused = await project.run('rollback', 'two', '--change', 'c1', '--reason', 'x');
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('two/c2 (deploy.page, deploy.flag)')]);
  const { code, outcome } = await back('two', 'R1', '--change', 'c1', '--despite-later', '--reason', 'c2 is empty');
  expect([code, outcome.sentence]).toEqual([0, 'R1 of two/c1 is carried out: GO.']);
  // What it held itself is released, and neither verifier sees anything in that.
  expect([existsSync(at('frozen')), await attacked(outcome.bundle, () => undefined)]).toEqual([false, '']);
  expect(judge(outcome.bundle, outcome.key)).toContain('two/c1-rollback-1');
  // An expression of the rollback reads what the first had given.
  expect(readFileSync(at('note.txt'), 'utf8')).toBe('back to before 6');
  expect(readFileSync(join(outcome.bundle, 'data', 'plan.json'), 'utf8')).toMatch(/"despite": \[\s*"two\/c2"/);

  writeFileSync(join(later.bundle, 'data', 'state.json'), '{}\n');
  const altered = await project.run('rollback', 'two', '--change', 'c2');
  expect([altered.code, altered.stderr]).toEqual([10, expect.stringContaining('does not hold')]);
  // It lies above the first, too: what it says decides what of it stands in the way.
  const below = await project.run('rollback', 'two', '--change', 'c1');
  expect([below.code, below.stderr]).toEqual([10, expect.stringContaining('The bundle of two/c2 does not hold')]);
}, 120_000);

test('a worker that dies on the way back loses nothing; an undo that fails is asked about, and given up is incomplete', async () => {
  await live('three', 'c1', 'fourth');
  writeFileSync(at('slow'), '');
  const ended = project.json<Outcome>('rollback', 'three', '--by', 'Sam', '--wait', '--json');
  await waits('three', 'take-back');
  await project.must('approve', 'three', 'take-back', '--as', 'cto', '--by', 'Ada');
  await eventually('the undo acts', 30_000, () => existsSync(at('begun')));
  process.kill(Number(/"pid": *(\d+)/.exec(readFileSync(at('.golive/worker.json'), 'utf8'))?.[1]), 'SIGKILL');
  writeFileSync(at('gone'), '');
  await project.must('up', '--detach');
  await waits('three', 'deploy.flag');
  await project.must('stop', 'three', '--as', 'sre', '--by', 'Op');
  const { code, value: outcome } = await ended;
  expect([code, outcome.verdict]).toEqual([5, 'no-go']);
  expect(outcome.sentence).toContain('ROLLBACK INCOMPLETE');

  // What it left standing can be taken back once more.
  rmSync(at('slow'));
  const rest = await back('three', '--change', 'c1');
  expect([rest.code, rest.outcome.id]).toEqual([0, 'three/c1-rollback-2']);
  expect([existsSync(at('flag')), (await state('three')).undos]).toEqual([false, []]);
}, 240_000);

test('what a rollback held and could not release is taken back by the next one, by the journal of the one that held it', async () => {
  const first = await live('four', 'c1', 'fifth');
  writeFileSync(at('stuck'), '');
  const ended = project.json<Outcome>('rollback', 'four', 'R1', '--by', 'Sam', '--wait', '--json');
  await waits('four', 'take-back');
  // Only one takes it back at a time; the second is told which.
  const second = await project.run('rollback', 'four', '--change', 'c1');
  expect([second.code, second.stderr]).toEqual([4, expect.stringMatching(/is busy: .*change c1-rollback-1 .* by Sam/)]);
  await project.must('approve', 'four', 'take-back', '--as', 'cto', '--by', 'Ada');
  await waits('four', 'rollback-R1.freeze');
  await project.must('stop', 'four', '--as', 'sre', '--by', 'Op');
  const { code, value: held } = await ended;
  expect([code, held.sentence, existsSync(at('frozen'))]).toEqual([
    5,
    expect.stringContaining('ROLLBACK INCOMPLETE'),
    true,
  ]);
  const left = (await state('four')).undos;
  expect(left).toMatchObject([{ phase: 'rollback-R1', step: 'freeze', evidenceDir: held.bundle, deedDone: true }]);

  // Its bundle says how that is undone.
  rmSync(at('stuck'));
  const journal = join(held.bundle, 'data', 'events.jsonl');
  const text = readFileSync(journal, 'utf8');
  writeFileSync(journal, `${text}\n`);
  const altered = await project.run('rollback', 'four', '--change', 'c1');
  expect([altered.code, altered.stderr]).toEqual([
    10,
    expect.stringContaining('The bundle of four/c1-rollback-1 does not hold'),
  ]);
  writeFileSync(journal, text);

  const rest = await back('four', '--change', 'c1');
  expect([rest.code, rest.outcome.id, existsSync(at('frozen'))]).toEqual([0, 'four/c1-rollback-2', false]);
  expect((await state('four')).undos).toEqual([]);
  const verified = await project.run('verify', rest.outcome.bundle, '--key', first.key);
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  for (const { bundle, key } of [held, rest.outcome]) {
    expect(await attacked(bundle, () => undefined)).not.toMatch(/did not stand|does not name/);
    expect(judge(bundle, key)).toContain('four/c1-rollback');
  }
  const forged = await attacked(rest.outcome.bundle, (one) =>
    one.plan(({ takesBack }) => takesBack?.undos.forEach((undo) => void delete undo.evidenceDir)),
  );
  expect(forged).toContain('takes back rollback-R1.1/freeze, which did not stand');
}, 240_000);

test('of two that begin at the same time one takes it back; the other is refused', async () => {
  await live('five', 'c1', 'sixth');
  const both = ['Sam', 'Kim'].map((by) => project.run('rollback', 'five', '--change', 'c1', '--by', by));
  const ended = (await Promise.all(both)).toSorted((a, b) => Number(a.code) - Number(b.code));
  expect([ended.map(({ code }) => code), ended[1]?.stderr]).toEqual([
    [0, 4],
    expect.stringMatching(/is busy: .*change c1-rollback-1/),
  ]);
  await project.must('approve', 'five', 'take-back', '--as', 'cto', '--by', 'Ada');
  await eventually('it ends', 60_000, async () => (await project.stateOf('five')).verdict === 'go');
  expect(existsSync(at('flag'))).toBe(false);
}, 120_000);
