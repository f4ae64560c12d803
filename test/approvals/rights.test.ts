import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

/** What people may do beside votes, and who: waive, omit, abort. */
const server = suiteServer();

const PEOPLE = { Ada: ['cto'], Bo: ['sre'] };

async function go(made: Plan, drive: (run: Running, world: FakeWorld) => Promise<void>): Promise<void> {
  const world = new FakeWorld();
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    await drive(await begin(server.client, made.target.id, made, 'Bo'), world);
  });
}

describe('abort of a live go-live', () => {
  const live = (): Plan =>
    plan([phase('one', [step('a')]), phase('two', [step('b')], { approvals: [approval('two')] })], {
      mode: 'live',
      people: PEOPLE,
    });

  test('is for the people of the project, and takes back what was done', async () => {
    await go(live(), async (run, world) => {
      await run.until((now) => now.waiting?.id === 'two', 'the question');
      expect(await run.send('abort', { by: 'Zed', reason: 'because' })).toMatchObject({
        accepted: false,
        reason: 'Zed is not among the people of this project.',
      });
      await run.handle.signal('abort', { by: 'Zed', reason: 'because' });
      expect((await run.until((now) => now.refusals.length > 1, 'two refusals')).aborted).toBeUndefined();
      expect(await run.send('abort', { by: 'bo', reason: 'enough' })).toMatchObject({ accepted: true });
      expect(await run.result()).toMatchObject({ verdict: 'no-go', sentence: 'Aborted by bo: enough' });
      expect(world.deeds).toEqual(['one.a', 'undo one.a']);
    });
  }, 60_000);

  test('may keep what was done, and says so', async () => {
    await go(live(), async (run, world) => {
      await run.until((now) => now.waiting?.id === 'two', 'the question');
      expect(await run.send('abort', { by: 'Ada', reason: 'mended by hand', keep: 'yes' })).toMatchObject({
        accepted: true,
        text: 'The go-live stops; what it did stays.',
      });
      expect(await run.result()).toMatchObject({
        verdict: 'no-go',
        sentence: 'Aborted by Ada: mended by hand NOTHING WAS TAKEN BACK (--keep).',
      });
      expect(world.deeds).toEqual(['one.a']);
      expect(world.events.map(({ type }) => type)).toContain('abort.kept');
    });
  }, 60_000);
});

test('a phase is omitted by the role that may, before it begins; the verdict is loud', async () => {
  const made = plan(
    [
      phase('one', [step('a')], { approvals: [approval('one')], mayOmit: ['cto'] }),
      phase('load', [step('b')], { mayOmit: ['cto'] }),
      phase('last', [step('c')]),
    ],
    { people: PEOPLE },
  );
  await go(made, async (run, world) => {
    await run.until((now) => now.waiting?.id === 'one', 'the question');
    const omit = (phaseId: string, by: string, role: string, reason = 'run yesterday') =>
      run.send('omit', { phase: phaseId, by, role, reason });
    expect(await omit('last', 'Ada', 'cto')).toMatchObject({ accepted: false, reason: "'last' is required." });
    expect(await omit('load', 'Bo', 'sre')).toMatchObject({ accepted: false });
    expect(await omit('load', 'Bo', 'cto')).toMatchObject({ accepted: false });
    expect(await omit('one', 'Ada', 'cto')).toMatchObject({ accepted: false, reason: "'one' has begun." });
    expect(await omit('load', 'Ada', 'cto')).toMatchObject({ accepted: true });
    expect(await omit('load', 'Ada', 'cto')).toMatchObject({ accepted: false });
    await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
    expect(await run.result()).toMatchObject({
      verdict: 'waived',
      sentence: 'OMITTED: load, by Ada (cto): run yesterday. GO: GO with waivers.',
    });
    expect(world.deeds).toEqual(['one.a', 'last.c']);
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'phase.omitted', phase: 'load', by: 'Ada', role: 'cto' }),
    );
  });
}, 60_000);

test('a later waiver of a gate takes the place of an earlier one; who may not waive is refused', async () => {
  const made = plan(
    [phase('one', [step('a')], { approvals: [approval('one')], gates: [gate('g', 'steps.a.ok', 2)] })],
    { people: PEOPLE, waivers: { by: ['cto'], atMostMs: 7_200_000, distinct: false } },
  );
  await go(made, async (run) => {
    await run.until((now) => now.waiting?.id === 'one', 'the question');
    const until = (ms: number) => new Date(Date.now() + ms).toISOString();
    const waive = (by: string, role: string, ms: number, reason: string) =>
      run.send('waive', { gate: 'one.g', by, role, reason, until: until(ms) });
    expect(await waive('Bo', 'sre', 3_600_000, 'no')).toMatchObject({ accepted: false });
    expect(await waive('Ada', 'cto', 9_000_000, 'too long')).toMatchObject({ accepted: false });
    for (let n = 0; n < 30; n += 1) {
      expect(await waive('Ada', 'cto', 3_600_000, `reason ${n}`)).toMatchObject({ accepted: true });
    }
    expect((await run.state()).waivers).toMatchObject([{ gate: 'one.g', reason: 'reason 29' }]);
    await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
    expect(await run.result()).toMatchObject({ verdict: 'waived', waivers: [{ reason: 'reason 29', used: true }] });
  });
}, 60_000);

test('N of M: state, board and notice say how many, who voted and who is wanted; the first answer counts', async () => {
  const asked = approval('one', {
    needs: [
      { role: 'sre', count: 2 },
      { role: 'cto', count: 1 },
    ],
    starterMay: false,
  });
  const made = plan([phase('one', [step('a')], { approvals: [asked] })], {
    people: { Ada: ['cto'], Bo: ['sre'], Cy: ['sre'], Dee: ['sre'] },
    notices: [{ on: ['waiting'], with: {} }],
  });
  const world = new FakeWorld();
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const run = await begin(server.client, made.target.id, made, 'Bo');
    const first = await run.until((now) => now.waiting?.id === 'one', 'the question');
    expect(first.waiting).toMatchObject({
      votes: 'SRE: 0 of 2, wanted: Cy or Dee. CTO: 0 of 1, wanted: Ada.',
      roles: ['sre', 'cto'],
    });
    const vote = (by: string, role: string) => run.send('approve', { approval: 'one', role, by });
    await vote('Cy', 'sre');
    await vote('Dee', 'sre');
    expect((await run.state()).waiting).toMatchObject({
      votes: 'SRE: 2 of 2 (Cy, Dee). CTO: 0 of 1, wanted: Ada.',
      roles: ['cto'],
      commands: [expect.stringContaining('--as cto'), expect.stringContaining('--as cto')],
    });
    expect(await run.handle.query<string>('board')).toContain('SRE: 2 of 2 (Cy, Dee). CTO: 0 of 1, wanted: Ada.');
    await vote('Ada', 'cto');
    expect((await run.result()).verdict).toBe('go');
    expect(world.notices.map(({ text }) => text)).toEqual([
      [
        'one?',
        'SRE: 0 of 2, wanted: Cy or Dee. CTO: 0 of 1, wanted: Ada.',
        ...['sre', 'cto'].flatMap((role) =>
          ['approve', 'reject'].map((verb) => `golive ${verb} ${made.target.id} one --as ${role} --reason "…"`),
        ),
      ].join('\n'),
    ]);
  });
}, 60_000);

test('of two answers at once to one question the first counts, and the second is told that it is late', async () => {
  const made = plan([phase('one', [step('a', { onFail: 'ask' })])], { people: PEOPLE });
  await go(made, async (run, world) => {
    world.broken.set('one.a', 1);
    await run.until((now) => now.waiting?.kind === 'operator', 'the question');
    let accepted = 0;
    let late = 0;
    const choices = ['stop', 'retry', 'retry-phase', 'rollback', 'stop', 'retry'];
    const answers = await Promise.all(choices.map((choice) => run.send('choose', { choice, role: 'sre', by: 'Bo' })));
    for (const answer of answers) {
      if (answer.accepted) accepted += 1;
      else if (/has answered already|No failure waits|has ended/.test(answer.reason ?? '')) late += 1;
    }
    expect([accepted, late]).toEqual([1, choices.length - 1]);
    const ended = await run.result();
    const first = choices[answers.findIndex((answer) => answer.accepted)];
    expect(ended.operator).toMatchObject([{ choice: first }]);
    console.log(`second answers: ${choices.length} sent at once, ${accepted} accepted, ${late} refused as late`);
  });
}, 60_000);
