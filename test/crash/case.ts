import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineSearchAttributeKey } from '@temporalio/common';
import { isTemporary } from '../../evidence/durable.js';
import { planDigestOf } from '../../client/go-live/launch.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { planRunbook } from '../../model/schema/plan/planner.js';
import type { JsonObject } from '../../model/json.js';
import { SEARCH_ATTRIBUTES } from '../../model/state/search-attributes.js';
import type { GoLiveState } from '../../model/state/state.js';
import { startTcpProxy, type TcpProxy } from '../kits/tcp-proxy.js';
import { check, effectsIn, type Findings, type Left } from './check.js';
import { type Clock, livingWith, ownClock, smallDisk, Supervised, type World } from './world.js';
import { stepKinds } from '../../kinds/catalog.js';

/** No progress for so long is being stuck. */
const STUCK_MS = 120_000;
const WAITING_ON = defineSearchAttributeKey(SEARCH_ATTRIBUTES.waitingOn, 'KEYWORD');

export interface Case {
  kind: string;
  name: string;
  ending: 'go' | 'fail';
  /** `GOLIVE_FAILPOINT` of the first worker process. */
  failpoint?: string;
  /** Goes between worker and server when set. */
  proxy?: boolean;
  /** Size of a disk of its own for the evidence, in MiB. */
  diskMiB?: number;
  /** Its worker has a clock of its own. */
  ownClock?: boolean;
  /** Seconds that each deed takes before and after its effect. */
  pause?: number;
  /** Steps whose effect allows it may be taken again. */
  mayRepeat?: boolean;
  /** Does the harm; it may be over before the go-live is, or end with it. */
  disturb?: (running: RunningCase) => Promise<void>;
}

export interface RunningCase {
  worker: Supervised;
  proxy: TcpProxy | undefined;
  disk: ReturnType<typeof smallDisk>;
  clock: Clock | undefined;
  /** Path of the effects log; it stands in the command line of every deed. */
  log: string;
  /** History events so far, of the go-live and all of its phases. */
  events(): number;
  ended(): boolean;
  /** Asks in every way that the go-live stop. */
  cancel(): Promise<void>;
  /** Sends the go-live back to its first workflow task, as an operator of the server can. */
  reset(): Promise<void>;
  /** Resolves when it holds or the go-live has ended; tells which. */
  until(holds: () => boolean): Promise<boolean>;
}

export interface Outcome extends Findings {
  case: Case;
  finished: boolean;
  stuck?: string;
  decisions: number;
  /** From each restart to the next line of evidence, in milliseconds. */
  recoveriesMs: number[];
  left?: Left;
  /** Whether the harm was done at all. */
  struck: boolean;
}

let number = 0;

/** Runs one go-live of RB20 with its harm, answers what it asks as a careful person would, and judges what it left. */
export async function runCase(world: World, spec: Case, reference?: Left): Promise<Outcome> {
  number += 1;
  const id = `crash-${number}`;
  const folder = join(world.server.folder, 'cases', id);
  const log = join(folder, 'effects.log');
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, '');
  const disk = spec.diskMiB === undefined ? undefined : smallDisk(join(folder, 'evidence'), spec.diskMiB);
  const proxy = spec.proxy ? await startTcpProxy(world.server.address) : undefined;
  const address = proxy?.address ?? world.server.address;
  const clock = spec.ownClock ? ownClock(join(folder, 'clock')) : undefined;
  const worker = new Supervised({ folder, queue: id, address, failpoint: spec.failpoint, clock });
  let over = false;
  const watch = new Watch(world, id, join(folder, 'evidence', id, 'c1', 'data', 'events.jsonl'), worker);
  try {
    const pause = String(spec.pause ?? 0.02);
    const inputs = { log, work: folder, url: world.url, ending: spec.ending, before: pause, after: pause };
    const evidenceDir = await begin(world, id, folder, inputs);
    let struck = false;
    const running: RunningCase = {
      worker,
      proxy,
      disk,
      clock,
      log,
      events: () => watch.events,
      ended: () => over,
      cancel: async () => {
        const handle = world.server.client.workflow.getHandle(id);
        await handle.signal('abort', { by: 'Ada', reason: 'enough' });
        await handle.cancel();
      },
      reset: () => resetToItsStart(world, id),
      until: async (holds) => {
        while (!over && !holds()) await delay(15);
        return !over;
      },
    };
    const harm = spec.disturb?.(running).then(() => {
      struck = !over;
    });
    const problem = await watch.toTheEnd(log, spec.disturb !== undefined);
    over = true;
    proxy?.heal();
    await harm;
    const base = { case: spec, decisions: watch.decisions, recoveriesMs: watch.recoveriesMs };
    struck ||= worker.restarts.length > 0;
    if (problem !== undefined) {
      const stuck = `${problem}; worker: ${worker.log().slice(-600)}`;
      return { ...base, finished: false, stuck, struck, doubled: [], lost: [], wrong: [] };
    }
    const state = (await world.server.client.workflow.getHandle(id).result()) as GoLiveState;
    const left = { effects: effectsIn(log), evidenceDir, state };
    const findings = check(left, reference ?? left, spec.mayRepeat);
    const verified = await verifyBundle(evidenceDir, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
    findings.wrong.push(...verified.findings.map((one) => `the bundle does not verify: ${JSON.stringify(one)}`));
    const unfinished = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      isTemporary(basename(path)),
    );
    findings.wrong.push(...unfinished.map((path) => `an unfinished write was left: ${path}`));
    const orphans = livingWith(log);
    if (orphans.length > 0) findings.wrong.push(`commands still run: ${orphans.join(', ')}`);
    if (/MaxListenersExceeded/.test(worker.log())) findings.wrong.push('the worker warned of listeners');
    return { ...base, finished: true, struck, left, ...findings };
  } finally {
    over = true;
    await worker.stop();
    await proxy?.close();
    disk?.close();
  }
}

async function resetToItsStart({ server: { client } }: World, id: string): Promise<void> {
  const history = await client.workflow.getHandle(id).fetchHistory();
  const first = (history.events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id },
    reason: 'crash test',
    workflowTaskFinishEventId: first?.eventId ?? null,
    requestId: randomUUID(),
  });
}

/** Starts a go-live on a task queue of its name; gives the folder of its bundle. */
export async function begin(
  world: World,
  id: string,
  folder: string,
  inputs: JsonObject,
  timeScale = 1,
): Promise<string> {
  const { runbook, sha256, file, baseDir } = world.runbook;
  const planned = planRunbook({
    kinds: stepKinds,
    runbook,
    sha256,
    file,
    baseDir,
    target: { id, variables: {} },
    change: 'c1',
    mode: 'rehearse',
    timeScale,
    inputs,
    evidenceDir: join(folder, 'evidence'),
  });
  if (!planned.plan) throw new Error(JSON.stringify(planned.problems));
  const { plan } = planned;
  await world.server.client.workflow.start('goLive', {
    workflowId: id,
    taskQueue: id,
    args: [{ plan, planDigest: planDigestOf(plan), startedBy: 'harness' }],
    workflowTaskTimeout: '5s',
  });
  return plan.evidence.directory;
}

/** Follows one go-live: counts its events, notices progress after a restart, and answers its questions. */
class Watch {
  events = 0;
  decisions = 0;
  readonly recoveriesMs: number[] = [];
  private readonly lengths = new Map<string, number>();
  private lastProgress = performance.now();
  private seen = 0;
  private answered = 0;

  constructor(
    private readonly world: World,
    private readonly id: string,
    private readonly evidence: string,
    private readonly worker: Supervised,
  ) {}

  /** @returns why it did not end, when it did not */
  async toTheEnd(log: string, closely: boolean): Promise<string | undefined> {
    const handle = this.world.server.client.workflow.getHandle(this.id);
    for (;;) {
      try {
        const about = await this.world.server.client.withDeadline(Date.now() + 5000, () => handle.describe());
        this.lengths.set(this.id, about.historyLength);
        for (const { workflowId } of about.raw.pendingChildren ?? []) {
          if (!workflowId || !closely) continue;
          const child = await this.world.server.client.workflow.getHandle(workflowId).describe();
          this.lengths.set(workflowId, child.historyLength);
        }
        this.progress();
        if (about.status.name !== 'RUNNING') return about.status.name === 'COMPLETED' ? undefined : about.status.name;
        const waits = about.typedSearchAttributes.get(WAITING_ON);
        if (waits !== undefined && waits !== 'nobody') await this.answer(log);
      } catch {
        // The server is down, or the worker that would answer is: later.
      }
      this.progress();
      if (performance.now() - this.lastProgress > STUCK_MS) return `no progress for ${STUCK_MS / 1000} s`;
      await delay(closely ? 40 : 150);
    }
  }

  private progress(): void {
    this.events = [...this.lengths.values()].reduce((sum, length) => sum + length, 0);
    const size = statSync(this.evidence, { throwIfNoEntry: false })?.size ?? 0;
    const sum = size + this.events;
    if (sum === this.seen) return;
    this.seen = sum;
    this.lastProgress = performance.now();
    if (!this.worker.polls) return;
    for (; this.answered < this.worker.restarts.length; this.answered += 1) {
      this.recoveriesMs.push(performance.now() - (this.worker.restarts[this.answered] ?? 0));
    }
  }

  /** The operator: before saying that something is done, look whether it is. */
  private async answer(log: string): Promise<void> {
    const { client } = this.world.server;
    const handle = client.workflow.getHandle(this.id);
    const state = await client.withDeadline(Date.now() + 5000, () => handle.query<GoLiveState>('state'));
    const { waiting } = state;
    if (!waiting) return;
    const send = (name: string, message: object) =>
      client.withDeadline(Date.now() + 5000, () => handle.executeUpdate(name, { args: [message] }));
    if (waiting.kind === 'approval') {
      await send('approve', { approval: waiting.id, role: 'cto', by: 'Ada' });
      return;
    }
    const step = waiting.about?.split('.').at(-1) ?? '';
    const unknown = waiting.choices?.includes('done') ?? false;
    const choice = unknown && effectsIn(log).includes(step) ? 'done' : 'retry';
    if (unknown) this.decisions += 1;
    await send('choose', { choice, role: 'sre', by: 'Sam', step, reason: 'the effects log was read' });
  }
}
