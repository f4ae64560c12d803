import { stepsOf } from '../../model/plan/plan.js';
import type { FakeWorld } from '../kits/fake-world.js';
import { type Gone, type GoThrough, goThrough, judgeGone, type Subject, subjectOf } from '../kits/harness.js';
import { judgeBreak } from '../kits/judge-break.js';
import type { Running } from '../kits/run-go-live.js';
import type { Bundle, TestServer } from '../kits/temporal.js';
import { eventually } from '../kits/until.js';

/** One go-live of the runbook below, judged: what is wrong with it. The workflows are those of `dist/`, or a bundle. */
export type Run = (server: TestServer, bundle?: Bundle) => Promise<string[]>;

/**
 * A runbook with ways back of every form.
 *
 * @param onFail what follows when the phase `switch` fails
 * @param last what the last step of it says besides
 */
const runbook = (onFail: string, last = ''): string => `
schema: 1
id: ways-back
title: Ways back of every form
roles: { ops: Operations }
phases:
  - id: prepare
    owner: ops
    steps:
      - { id: freeze, uses: file.write, undoOn: always, with: { path: frozen, content: yes } }
      - { id: look, uses: tcp.check, with: { host: 127.0.0.1, port: 9 } }
      - { id: setting, uses: file.write, with: { path: setting, content: new } }
  - id: switch
    owner: ops
    steps:
      - { id: config, uses: file.write, with: { path: config, content: new } }
      - parallel:
          - { id: left, uses: file.write, with: { path: left, content: new } }
          - { id: right, uses: file.write, with: { path: right, content: new } }
      - id: listed
        uses: file.write
        with: { path: listed, content: new }
        undo:
          - { uses: file.write, title: Write the old one, with: { path: listed, content: "\${{ steps.config.digest }} \${{ run.stamp }}" } }
          - { uses: wait, title: Let it settle, with: { for: 1s } }
      - { id: last, uses: file.write, ${last} with: { path: last, content: new } }
    onFail: { ${onFail} }
rollbacks:
  R1: { undo: phase, steps: [{ id: settle, uses: wait, with: { for: 1s } }] }
`;
const named = subjectOf('named.yaml', runbook('attempts: 2, rollback: R1'));
const plain = subjectOf('plain.yaml', runbook('attempts: 1'));
const asking = subjectOf('asking.yaml', runbook('attempts: 1', 'onFail: ask,'));
const LAST = 'switch.last';

/** Every step of it that is undone, as `phase.step`. */
export const UNDONE = plain
  .plan()
  .phases.flatMap(({ id, steps }) =>
    stepsOf(steps).flatMap((step) => (step.undo || step.ownUndo ? [`${id}.${step.id}`] : [])),
  );

/** A world in which no two deeds give the same. */
function freshWorld({ world: make }: Subject): FakeWorld {
  const world = make();
  const { outputs } = world;
  world.outputs = (task, kind) => {
    const { phase, phaseAttempt, step, epoch } = task;
    return { ...outputs(task, kind), digest: [phase, phaseAttempt, step, epoch].join('/') };
  };
  return world;
}

/** The last step fails whenever it is taken. */
function breakLast(
  server: TestServer,
  subject: Subject,
  how: Pick<GoThrough, 'bundle' | 'choices' | 'meanwhile'>,
  world = freshWorld(subject),
): Promise<Gone> {
  world.broken.set(LAST, Number.POSITIVE_INFINITY);
  return goThrough({ ...server, ...how, plan: subject.plan(), world });
}

/** The last step fails in both attempts, and each has its named rollback. */
export const broken: Run = async (server, bundle) => {
  const gone = await breakLast(server, named, { bundle });
  return [...judgeGone(gone), ...judgeBreak(gone.plan, gone.world.record, LAST)];
};

/** A step in the middle fails, and what is behind it is not taken. */
export const stopped: Run = async (server, bundle) => {
  const world = freshWorld(named);
  world.broken.set('switch.config', Number.POSITIVE_INFINITY);
  const { plan } = await goThrough({ ...server, plan: named.plan(), world, bundle });
  return judgeBreak(plan, world.record, 'switch.config');
};

/** The last step fails; an operator has it done again, then its phase: all of their deeds are undone in one way back. */
export const retried: Run = async (server, bundle) =>
  judgeGone(await breakLast(server, asking, { bundle, choices: ['retry', 'retry-phase', 'stop'] }));

const undoBegins = (world: FakeWorld, withinMs: number) =>
  eventually('an undo begins', withinMs, () => world.record.some((one) => one.what === 'began' && one.task.undoes), 10);

/**
 * The go-live is aborted while the last step acts, which takes its time to stop.
 *
 * @param leisureMs how long it stops at most; it is done with it as soon as an undo does not wait for it
 */
export const aborted =
  (leisureMs: number): Run =>
  async (server, bundle) => {
    const world = freshWorld(named);
    world.hanging.add(LAST);
    world.stopping = () => undoBegins(world, leisureMs).catch(() => undefined);
    const meanwhile = async (run: Running) => {
      await eventually('the last step acts', 20_000, () => world.deeds.includes(LAST), 10);
      await run.send('abort', { by: 'Ada', reason: 'enough' });
    };
    return judgeGone(await goThrough({ ...server, plan: named.plan(), world, bundle, meanwhile }));
  };

/** While the first undo acts, the go-live is aborted, and somebody cancels both the way back and the go-live in Temporal. */
export const abortedOnTheWay: Run = async (server, bundle) => {
  const world = freshWorld(plain);
  let goOn = (): void => undefined;
  world.during.set(`undo ${LAST}`, () => new Promise<void>((done) => (goOn = done)));
  const meanwhile = async (run: Running) => {
    await undoBegins(world, 20_000);
    const { id } = await run.state();
    await server.client.workflow.getHandle(`${id}/rollback-undo.1`).cancel();
    await run.handle.cancel();
    await run.send('abort', { by: 'Ada', reason: 'enough' });
    goOn();
  };
  return judgeGone(await breakLast(server, plain, { bundle, meanwhile }, world));
};

/** The undo of a step (`phase.step`) fails on every way back, first on the named one. */
export const undoBroken =
  (name: string): Run =>
  async (server, bundle) => {
    const world = freshWorld(named);
    world.broken.set(`undo ${name}`, Number.POSITIVE_INFINITY);
    const gone = await breakLast(server, named, { bundle }, world);
    const told = gone.state.rollbackIncomplete ? [] : [`the undo of ${name} failed, and nobody is told`];
    return [...judgeGone(gone), ...told];
  };
