import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { GoLiveState } from '../../model/state/state.js';
import { git, smallRepository } from '../kits/small-repository.js';
import { endStack, pidsOf, smallStack } from '../kits/small-stack.js';
import { eventually } from '../kits/until.js';
import { begin } from './case.js';
import { effectsIn } from './check.js';
import { randomFrom } from './faults.js';
import { isLiving, openWorld, Supervised, type World } from './world.js';

/** `npm run test:crash` loses the phase at each step, `npm test` at some. */
const ALL = process.env.GOLIVE_CRASH === 'all';
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
const STEPS = ['conf', 'tag', 'revert', 'rotate', 'up', 'tell', 'bill', 'hold'] as const;
/** Smaller than the outputs that the gate reads, which a real server would take. */
const RESULT_BYTES = 64 * 1024;

/** How a phase is lost: from outside, also while its worker dies, sent back, or because its result is too large. */
const HARMS = ['terminated', 'terminated, worker killed', 'reset', 'too large'] as const;
type Harm = (typeof HARMS)[number];

interface Row {
  harm: Harm;
  step: string;
  /** Steps that had begun and were not taken back. */
  lost: string[];
  incomplete: boolean;
  wrong: string[];
}

const random = randomFrom(SEED);
const runbook = new URL('lost.yaml', import.meta.url).pathname;
const worlds: Partial<Record<'usual' | 'small', World>> = {};
beforeAll(async () => {
  worlds.usual = await openWorld(runbook);
  worlds.small = await openWorld(runbook, {
    'limit.blobSize.error': RESULT_BYTES,
    'limit.blobSize.warn': RESULT_BYTES,
  });
}, 120_000);
afterAll(async () => {
  await worlds.usual?.close();
  await worlds.small?.close();
}, 60_000);

async function prepare(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'conf.txt'), 'old\n');
  writeFileSync(join(folder, 'app.log'), 'a line\n');
  writeFileSync(join(folder, 'webhook'), 'http://127.0.0.1:9/');
  git(smallRepository(folder), 'tag', 'before');
  await smallStack(folder);
}

let number = 0;

async function lose(harm: Harm, step: string): Promise<Row> {
  const world = worlds[harm === 'too large' ? 'small' : 'usual'];
  if (!world) throw new Error('no world');
  number += 1;
  const id = `lost-${number}`;
  const folder = join(world.server.folder, 'cases', id);
  await prepare(folder);
  const log = join(folder, 'effects.log');
  const worker = new Supervised({ folder, queue: id, address: world.server.address });
  try {
    const evidence = await begin(world, id, folder, { log, work: folder });
    const { client } = world.server;
    const phase = client.workflow.getHandle(`${id}/c1/0-act`);
    const began = (): boolean => eventsIn(evidence).includes(`"step":"${step}"`);
    if (harm !== 'too large') {
      await eventually(`the step ${step}`, 180_000, began, 10);
      await delay(random() * 120);
      if (harm === 'reset') await sendBack(world, phase.workflowId);
      else await phase.terminate('crash test');
      if (harm === 'terminated, worker killed') worker.signal('SIGKILL');
    }
    const state: GoLiveState = await client.workflow.getHandle(id).result();
    const row = {
      harm,
      step,
      incomplete: state.rollbackIncomplete,
      lost: stillThere(folder, evidence),
      wrong: [] as string[],
    };
    if (state.verdict === 'go') row.wrong.push('the verdict is go');
    // A pass must not be empty: the execution was really lost. Of one that is sent back, the next run may end in its place.
    const { sentence = '' } = state.phases[0] ?? {};
    if (harm !== 'reset' && !sentence.includes('was ended from outside')) row.wrong.push(`not lost: ${sentence}`);
    const { findings } = await verifyBundle(evidence, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
    row.wrong.push(...findings.map((one) => `the bundle does not verify: ${JSON.stringify(one)}`));
    return row;
  } finally {
    await worker.stop();
    await endStack(folder);
  }
}

function eventsIn(evidence: string): string {
  const path = join(evidence, 'data', 'events.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** What stands in the world, besides golive, of steps that had begun. */
function stillThere(folder: string, evidence: string): string[] {
  const effects = effectsIn(join(folder, 'effects.log'));
  const repo = join(folder, 'repo');
  const living = existsSync(join(folder, 'stack', '.stack')) ? Object.values(pidsOf(join(folder, 'stack'))) : [];
  const undone: Record<string, boolean> = {
    conf: readFileSync(join(folder, 'conf.txt'), 'utf8') === 'old\n',
    revert: git(repo, 'rev-parse', 'HEAD') === git(repo, 'rev-parse', 'before'),
    up: !living.some(isLiving),
  };
  return STEPS.filter((step) => {
    const journal = join(evidence, 'data', 'phases', 'act.1', step, 'ledger.jsonl');
    if (step === 'hold' || !existsSync(journal)) return false;
    return !(undone[step] ?? effects.includes(`undo-${step}`));
  });
}

/** Sends a phase back to its first workflow task, as an operator of the server can. */
async function sendBack({ server: { client } }: World, workflowId: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const first = (history.events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'crash test',
    workflowTaskFinishEventId: first?.eventId ?? null,
    requestId: randomUUID(),
  });
}

test(
  'a phase that is lost: what it had begun is taken back, or the rollback is said to be incomplete',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const some = ALL ? STEPS : (['conf', 'revert', 'up', 'bill'] as const);
    const cases: [Harm, string][] = [
      ...some.map((step): [Harm, string] => ['terminated', step]),
      ...(ALL ? STEPS : (['tag', 'rotate'] as const)).map((step): [Harm, string] => [
        'terminated, worker killed',
        step,
      ]),
      ...(ALL ? STEPS : (['tell'] as const)).map((step): [Harm, string] => ['reset', step]),
      ['too large', 'hold'],
    ];
    const rows: Row[] = [];
    const next = async (): Promise<void> => {
      for (let one = cases.shift(); one; one = cases.shift()) rows.push(await lose(...one));
    };
    await Promise.all([next(), next(), next(), next()]);
    for (const harm of HARMS) {
      const of = rows.filter((row) => row.harm === harm);
      const lost = of.filter((row) => !row.incomplete).reduce((sum, row) => sum + row.lost.length, 0);
      const said = of.filter(({ incomplete }) => incomplete).length;
      console.log(`phase ${harm}: ${of.length} cases, ${lost} undos lost, ${said} times ROLLBACK INCOMPLETE`);
    }
    expect(rows.filter((row) => row.lost.length > 0 && !row.incomplete)).toEqual([]);
    expect(rows.flatMap(({ wrong }) => wrong)).toEqual([]);
    // The way back itself is sound: nothing but a journal that is gone leaves it incomplete.
    expect(rows.filter(({ incomplete }) => incomplete)).toEqual([]);
  },
  ALL ? 3_600_000 : 600_000,
);
