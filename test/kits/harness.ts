import type { Client } from '@temporalio/client';
import { stepKinds } from '../../kinds/catalog.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { Choice } from '../../model/people/message.js';
import { type Plan, stepsOf } from '../../model/plan/plan.js';
import type { InputSpec } from '../../model/schema/format/inputs.js';
import { type StepKind, wouldGive } from '../../model/schema/format/kind.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import { loadRunbook } from '../../model/schema/load.js';
import { planRunbook } from '../../model/schema/plan/planner.js';
import type { StepTask } from '../../model/state/contract.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from './fake-world.js';
import { recordAs } from './histories.js';
import { judgeRollbacks } from './judge-rollbacks.js';
import { begin, type Running, withWorker } from './run-go-live.js';
import type { Bundle } from './temporal.js';
import { judgeWayBack } from './way-back.js';

const kinds: Record<string, StepKind> = stepKinds;

/** A runbook, made ready to be gone through without a lab. */
export interface Subject {
  runbook: Runbook;
  /** A plan of its own for each run. */
  plan(): Plan;
  /** A world in which each step gives what it would in a good run, as its kind or the runbook's rehearsal says. */
  world(): FakeWorld;
}

/** Values that no step of the fake world looks at. */
const ANY: Record<InputSpec['type'], Json> = {
  string: 'any',
  url: 'http://127.0.0.1:9',
  integer: 1,
  number: 1,
  boolean: true,
  duration: '1s',
  path: '/nowhere',
  paths: ['/nowhere'],
  json: [],
};

function inputsOf({ inputs = {}, rehearsal }: Runbook): JsonObject {
  const needed = Object.entries(inputs).filter(([, spec]) => spec.default === undefined);
  return { ...Object.fromEntries(needed.map(([name, { type }]) => [name, ANY[type]])), ...rehearsal?.inputs };
}

/**
 * @param file name that problems carry
 * @param text YAML
 */
export function subjectOf(file: string, text: string): Subject {
  const { runbook, problems } = loadRunbook(text, file, stepKinds);
  if (!runbook) throw new Error(JSON.stringify(problems, null, 2));
  const plan = (): Plan => {
    const { plan: made, problems: wrong } = planRunbook({
      runbook,
      file,
      sha256: '0'.repeat(64),
      inputs: inputsOf(runbook),
      target: { id: 'harness' },
      change: 'c',
      mode: 'rehearse',
      timeScale: 1,
      baseDir: '/',
      evidenceDir: '/nowhere',
      kinds: stepKinds,
    });
    if (!made) throw new Error(JSON.stringify(wrong, null, 2));
    return made;
  };
  return { runbook, plan, world: () => worldFor(runbook) };
}

function worldFor({ rehearsal }: Runbook): FakeWorld {
  const world = new FakeWorld();
  world.outputs = ({ phase, step }: StepTask, uses) => {
    const kind = kinds[uses];
    return kind ? wouldGive(kind, rehearsal?.outputs?.[`${phase}.${step}`]) : {};
  };
  return world;
}

/** A reason with every part that some approval of the plan asks for. */
function reasonFor({ phases, decisions }: Plan): string {
  const approvals = [...phases.flatMap(({ approvals: all }) => all), ...decisions.map(({ approval }) => approval)];
  const parts = approvals.flatMap((one) => (Array.isArray(one?.needsReason) ? one.needsReason : []));
  return parts.length === 0 ? 'declared' : parts.map((part) => `${part}=declared`).join('; ');
}

/** Says yes to everything that is asked, and to failures what is chosen, in order; stop to every further one. */
async function answerAll(run: Running, choices: readonly Choice[], reason: string): Promise<void> {
  const left = [...choices];
  const answered = new Set<string>();
  for (;;) {
    const state = await run.state();
    if (state.endedAt) return;
    const { waiting } = state;
    const key = `${waiting?.kind} ${waiting?.id} ${waiting?.since}`;
    if (waiting && !answered.has(key)) {
      answered.add(key);
      const choice = (waiting.kind === 'operator' && left.shift()) || 'stop';
      for (const [index, role] of waiting.roles.entries()) {
        const by = `Person ${index}`;
        if (waiting.kind === 'approval') await run.send('approve', { approval: waiting.id, role, by, reason });
        else if (waiting.kind === 'operator') await run.send('choose', { choice, role, by });
        else
          for (const tick of state.checklist)
            if (!tick.at && tick.role === role) await run.send('tick', { item: tick.item, role, by });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export interface GoThrough {
  client: Client;
  address: string;
  plan: Plan;
  world: FakeWorld;
  /** By default the workflows of `dist/`. */
  bundle?: Bundle | undefined;
  /** Name of the history to record. */
  recordedAs?: string | undefined;
  /** What an operator chooses at each failure that asks, in order. */
  choices?: readonly Choice[] | undefined;
  /** What else happens while it runs. */
  meanwhile?: (run: Running) => Promise<unknown>;
}

let number = 0;

/** A go-live that has ended: its plan with the target that it had, what happened, and what people are told. */
export interface Gone {
  plan: Plan;
  world: FakeWorld;
  state: GoLiveState;
}

/** What is wrong with its ways back and with what is told of them. */
export function judgeGone({ plan, world: { record }, state }: Gone): string[] {
  return [...judgeWayBack(plan, record, state.startedAt), ...judgeRollbacks(record, state)];
}

/** Goes through a plan on the real workflows: each step has one attempt, and a day is some hundredths of a second. */
export async function goThrough(how: GoThrough): Promise<Gone> {
  const { client, address, plan, world, bundle, recordedAs, choices = [], meanwhile } = how;
  number += 1;
  const target = `h${process.pid}-${number}`;
  const own: Plan = { ...plan, goLiveId: `${target}/c`, target: { ...plan.target, id: target } };
  for (const step of own.phases.flatMap((phase) => stepsOf(phase.steps))) {
    step.retry = { attempts: 1, backoffMs: 10 };
    if (step.window) step.window = { ...step.window, everyMs: 30, withinMs: 3000, lateMs: 60_000 };
  }
  const run = async (): Promise<Gone> => {
    const running = await begin(client, target, own);
    await Promise.all([answerAll(running, choices, reasonFor(own)), meanwhile?.(running)]);
    const state = await running.result();
    if (recordedAs) await recordAs(client, target, recordedAs);
    return { plan: own, world, state };
  };
  return withWorker(address, target, world, Object.keys(kinds), run, bundle);
}
