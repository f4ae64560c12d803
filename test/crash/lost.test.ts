import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { randomFrom } from '../kits/random-from.js';
import { isLiving, openWorld, Supervised, type World } from './world.js';

/** `npm run test:crash` loses the phase at each step, `npm test` at some. */
const ALL = process.env.GOLIVE_CRASH === 'all';
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
/** The steps of `lost.yaml` that have an undo, by their kinds. */
const KINDS: Record<string, string> = {
  conf: 'file.write',
  tag: 'command.run',
  revert: 'git.revert',
  rotate: 'log.rotate',
  up: 'stack.up',
  tell: 'notify',
  bill: 'command.run, once',
};
const STEPS = Object.keys(KINDS);
/** Smaller than the outputs that the gate reads, which a real server would take. */
const RESULT_BYTES = 64 * 1024;

/**
 * How a phase is lost: from outside, also while its worker dies or the folder of the step is removed, sent back, or because
 * its result is too large.
 */
const HARMS = ['terminated', 'terminated, worker killed', 'terminated, folder gone', 'reset', 'too large'] as const;
type Harm = (typeof HARMS)[number];

interface Row {
  harm: Harm;
  step: string;
  /** Steps that had begun. */
  begun: string[];
  /** Those of them that were not taken back. */
  lost: string[];
  incomplete: boolean;
  /** Why undos failed. */
  said: string[];
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
      const gone = harm === 'terminated, folder gone';
      // Stopped meanwhile, the worker cannot collect what is not gone yet.
      if (gone) worker.signal('SIGSTOP');
      if (gone) rmSync(join(evidence, 'data', 'phases', 'act.1', step), { recursive: true });
      if (harm === 'reset') await sendBack(world, phase.workflowId);
      else await phase.terminate('crash test');
      if (harm === 'terminated, worker killed') worker.signal('SIGKILL');
      if (gone) worker.signal('SIGCONT');
    }
    const state: GoLiveState = await client.workflow.getHandle(id).result();
    const begun = begunIn(evidence);
    const lost = stillThere(folder, begun);
    const said = state.rollbacks.flatMap(({ steps }) => steps.flatMap(({ failure }) => failure?.message ?? []));
    const row: Row = { harm, step, incomplete: state.rollbackIncomplete, said, begun, lost, wrong: [] };
    if (state.verdict === 'go') row.wrong.push('the verdict is go');
    // A pass must not be empty: the execution was really lost. Of one that is sent back, the next run may end in its place.
    const { sentence = '' } = state.phases[0] ?? {};
    if (harm !== 'reset' && !sentence.includes('was ended from outside')) row.wrong.push(`not lost: ${sentence}`);
    // What was removed is not in the bundle.
    if (harm === 'terminated, folder gone') return row;
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

/** The steps with an undo whose deeds began. */
function begunIn(evidence: string): string[] {
  const events = eventsIn(evidence).split('\n');
  const started = events.filter((line) => line.includes('"type":"step.started"') && line.includes('"phase":"act"'));
  return STEPS.filter((step) => started.some((line) => line.includes(`"step":"${step}"`)));
}

/** What stands in the world, besides golive, of steps that had begun. */
function stillThere(folder: string, begun: readonly string[]): string[] {
  const effects = effectsIn(join(folder, 'effects.log'));
  const repo = join(folder, 'repo');
  const living = existsSync(join(folder, 'stack', '.stack')) ? Object.values(pidsOf(join(folder, 'stack'))) : [];
  const undone: Record<string, boolean> = {
    conf: readFileSync(join(folder, 'conf.txt'), 'utf8') === 'old\n',
    revert: git(repo, 'rev-parse', 'HEAD') === git(repo, 'rev-parse', 'before'),
    up: !living.some(isLiving),
  };
  return begun.filter((step) => !(undone[step] ?? effects.includes(`undo-${step}`)));
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

/** One line for each harm and kind. */
function tableOf(rows: readonly Row[]): string {
  const lines = HARMS.flatMap((harm) =>
    STEPS.map((step) => {
      const of = rows.filter((row) => row.harm === harm && row.begun.includes(step));
      const lost = of.filter((row) => row.lost.includes(step));
      const silent = lost.filter(({ incomplete }) => !incomplete).length;
      const figures = [of.length, of.length - lost.length, lost.length - silent, silent].map((n) =>
        `${n}`.padStart(10),
      );
      return `${harm.padEnd(26)}${(KINDS[step] ?? '').padEnd(18)}${figures.join('')}`;
    }),
  );
  const head = ['begun', 'taken back', 'said', 'LOST'].map((name) => name.padStart(10)).join('');
  return [`${'phase'.padEnd(26)}${'kind'.padEnd(18)}${head}`, ...lines].join('\n');
}

test(
  'a phase that is lost: what it had begun is taken back, or the rollback is said to be incomplete',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const at = (harm: Harm, some: readonly string[]) => some.map((step): [Harm, string] => [harm, step]);
    const cases: [Harm, string][] = [
      ...at('terminated', ALL ? [...STEPS, 'hold'] : ['revert']),
      ...at('terminated, worker killed', ALL ? [...STEPS, 'hold'] : ['up']),
      ...at('terminated, folder gone', ALL ? STEPS : ['conf']),
      ...at('reset', ALL ? [...STEPS, 'hold'] : ['tell']),
      ...at('too large', ['hold']),
    ];
    const rows: Row[] = [];
    const next = async (): Promise<void> => {
      for (let one = cases.shift(); one; one = cases.shift()) rows.push(await lose(...one));
    };
    await Promise.all([next(), next(), next(), next()]);
    console.log(tableOf(rows));
    expect(rows.filter((row) => row.lost.length > 0 && !row.incomplete)).toEqual([]);
    expect(rows.flatMap(({ wrong }) => wrong)).toEqual([]);
    // The way back itself is sound: only a journal that is gone leaves it incomplete.
    const gone = (row: Row): boolean => row.harm === 'terminated, folder gone';
    expect(rows.filter((row) => row.incomplete !== gone(row))).toEqual([]);
    expect(rows.filter((row) => gone(row) && row.lost.some((step) => step !== row.step))).toEqual([]);
  },
  ALL ? 3_600_000 : 600_000,
);
