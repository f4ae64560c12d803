import type { JsonObject } from '../../model/json.js';
import { askedAnswers, declaredAnswers } from './answer.js';
import { attend } from '../go-live/attend.js';
import { refuseBareCredentials } from '../go-live/bare-credentials.js';
import { connect, type OpenConnection } from '../server/connection.js';
import type { Declared } from './declared.js';
import { CliError } from '../errors.js';
import { differences, type Fault } from './expect.js';
import { Cleanup } from './cleanup.js';
import { type Lab, startLab } from './lab.js';
import { launch, refuseBusy, refuseUsed } from '../go-live/launch.js';
import { checkDecision, exitCodeOf } from '../terminal/outcome.js';
import { makePlan, type OpenedRunbook, openRunbook } from '../runbook/load.js';
import { planSummary } from '../render/summary.js';
import { defaultName, send } from '../go-live/send.js';
import { bringUp, type UpState } from '../server/supervise.js';
import { stopServer } from '../server/local-server.js';
import { stopWorker } from '../server/local-worker.js';
import { styleFor } from '../render/style.js';
import type { Screen } from '../terminal/screen.js';
import { clean } from '../render/text.js';
import { proveStarter } from '../go-live/starter.js';
import { print, talk } from '../terminal/tell.js';

export interface RehearseOptions {
  fault?: string | undefined;
  listFaults?: boolean | undefined;
  /** Another lab than that of the runbook. */
  lab?: string | undefined;
  timeScale?: number | undefined;
  input: JsonObject;
  change?: string | undefined;
  evidence?: string | undefined;
  require?: string | undefined;
  nonInteractive?: boolean | undefined;
  keep?: boolean | undefined;
  json?: boolean | undefined;
}

const dim = (text: string): string => styleFor(process.stderr, process.env).dim(text);

/**
 * Rehearses a runbook on its lab and leaves nothing behind but the evidence.
 * @throws CliError (exit 2) for bad input, or when lab, server or worker cannot be had
 */
export async function rehearse(file: string, options: RehearseOptions): Promise<void> {
  const opened = await openRunbook(file);
  const faults = opened.rehearsal?.faults ?? [];
  if (options.listFaults) {
    listFaults(faults, options.json ?? false);
    return;
  }
  const fault = chooseFault(faults, options.fault, opened);
  const { name, rehearsal } = onItsLab(opened, options.lab);
  const timeScale = options.timeScale ?? fault?.timeScale ?? rehearsal.timeScale ?? 1;
  const cleanup = new Cleanup();
  const guard = cleanup.onSignals();
  try {
    // Registered before it is there: an interrupt meanwhile waits for it and takes it down.
    const rising = bringUp({ report: (line) => talk(dim(line)) });
    cleanup.add(() => whenReady(rising, (up) => takeDown(up, options, cleanup.interrupted)));
    const up = await rising;
    const connection = await connect();
    cleanup.add(() => connection.close());
    if (rehearsal.target !== undefined) await refuseBusy(connection, rehearsal.target);
    // Foreign lines would tear a board that is redrawn; the lab's words stand in its lab.log as well.
    let drawing = false;
    const report = (line: string): void => {
      if (!drawing) talk(dim(line));
    };
    const { signal } = cleanup;
    const starting = startLab({ name, fault: fault?.id, timeScale, stateDir: up.stateDir, report, signal });
    cleanup.add(() => whenReady(starting, (lab) => lab.stop()));
    const lab = await starting;
    const plan = await makePlan(opened, {
      target: rehearsal.target ?? lab.target,
      change: options.change ?? `rehearsal-${stamp()}`,
      mode: 'rehearse',
      timeScale,
      given: { ...rehearsal.inputs, ...declaredOnly(lab, opened), ...fault?.inputs },
      inputs: options.input,
      evidence: options.evidence,
    });
    // What a lab gives is made up, and of that lab alone.
    await refuseBareCredentials(plan, Object.keys(options.input));
    if (options.require !== undefined) checkDecision(plan.decisions, options.require);
    refuseUsed(plan);
    for (const line of planSummary(plan)) talk(line);
    let over = false;
    const starter = await proveStarter(plan, {});
    const launching = launch(connection, plan, starter.by, starter.signed);
    cleanup.add(() => whenReady(launching, async (found) => over || (await endUnfinished(connection, found))));
    const found = await launching;
    const declared: Declared = {
      answers: { ...rehearsal.answers, ...fault?.answers },
      operator: rehearsal.operator,
      people: rehearsal.people ?? {},
    };
    drawing = process.stdout.isTTY && !options.json;
    try {
      await conduct(connection, found, declared, options, fault, () => guard.handOver());
      over = true;
    } finally {
      drawing = false;
    }
  } finally {
    await cleanup.run();
    guard.handOver();
  }
}

/** The rehearsal of the runbook, and where it takes place: the target of another lab is its own. */
function onItsLab({ id, file, rehearsal }: OpenedRunbook, wanted: string | undefined) {
  const name = wanted ?? rehearsal?.lab;
  if (name !== undefined)
    return { name, rehearsal: { ...rehearsal, ...(wanted === undefined ? {} : { target: undefined }) } };
  throw new CliError(`The runbook '${id}' names no lab to rehearse on.`, {
    exitCode: 2,
    where: file,
    hint: 'Name one (--lab), add `rehearsal: { lab: … }`, or rehearse on a target of your own: golive start --mode rehearse.',
  });
}

function listFaults(faults: readonly Fault[], json: boolean): void {
  if (json) {
    print(faults.map(({ id, title, expect }) => ({ id, title, expect })));
    return;
  }
  if (faults.length === 0) print('This runbook declares no faults.');
  const width = Math.max(0, ...faults.map(({ id }) => id.length));
  for (const { id, title, expect } of faults)
    print(`${id.padEnd(width)}  ${clean(title, 300)} → ${expect.verdict}, exit ${expect.exit}`);
}

function chooseFault(faults: readonly Fault[], id: string | undefined, opened: OpenedRunbook): Fault | undefined {
  if (id === undefined) return undefined;
  const fault = faults.find((one) => one.id === id);
  if (fault !== undefined) return fault;
  throw new CliError(`The runbook '${opened.id}' declares no fault '${clean(id, 60)}'.`, {
    exitCode: 2,
    where: opened.file,
    hint:
      faults.length === 0
        ? 'It declares none.'
        : `Its faults: ${faults.map((one) => one.id).join(', ')} (--list-faults explains them).`,
  });
}

/** A lab may know more than a runbook asks for. */
function declaredOnly(lab: Lab, opened: OpenedRunbook): JsonObject {
  return Object.fromEntries(Object.entries(lab.inputs).filter(([name]) => opened.inputNames.includes(name)));
}

/** UTC, e.g. 20261121-013000. */
function stamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}

/** Acts on what has come about; what failed has taken itself down. */
async function whenReady<T>(coming: Promise<T>, act: (value: T) => Promise<unknown>): Promise<void> {
  const value = await coming.catch(() => undefined);
  if (value !== undefined) await act(value);
}

/** A go-live whose lab is taken away cannot end by itself, and would keep its target busy. */
async function endUnfinished(
  { client }: OpenConnection,
  { target, runId }: { target: string; runId: string },
): Promise<void> {
  const ended = await client.workflow
    .getHandle(target, undefined, { firstExecutionRunId: runId })
    .terminate('The rehearsal was left.')
    .then(
      () => true,
      () => false,
    );
  if (ended) talk('The go-live of this rehearsal was terminated: its lab is taken down.');
}

/** On a terminal, or with --keep, server and worker stay, so that the Web UI can be looked at. */
async function takeDown(up: UpState, { keep, json }: RehearseOptions, interrupted: boolean): Promise<void> {
  const mine = (up.server.local && up.server.started) || up.worker.started;
  if (!mine) return;
  if (keep || (process.stdout.isTTY && !json && !interrupted)) {
    const ui = up.server.uiUrl === undefined ? '' : `, Web UI ${up.server.uiUrl}`;
    talk(`Server and worker go on running${ui}; \`golive down\` stops them.`);
    return;
  }
  if (up.worker.started) await stopWorker(up.stateDir);
  if (up.server.local && up.server.started) await stopServer(up.stateDir);
  talk('Server and worker are stopped; `golive up` brings them back, with this go-live in the Web UI.');
}

async function conduct(
  connection: OpenConnection,
  found: { target: string; runId: string },
  declared: Declared,
  options: RehearseOptions,
  fault: Fault | undefined,
  onReady: () => void,
): Promise<void> {
  const { client } = connection;
  const { target } = found;
  const asks = process.stdin.isTTY && process.stdout.isTTY && !options.nonInteractive && !options.json;
  let interrupts = 0;
  const onInterrupt = (screen: Screen): void => {
    interrupts += 1;
    if (interrupts === 1) {
      screen.say('Interrupted: aborting the rehearsal and undoing what it did. Ctrl-C again leaves it at once.');
      void send(client, target, 'abort', { by: defaultName(), reason: 'Interrupted at the terminal.' }).catch(
        () => undefined,
      );
      return;
    }
    void client.workflow
      .getHandle(target, undefined, { firstExecutionRunId: found.runId })
      .terminate('left at the terminal')
      .catch(() => undefined);
  };
  const answer = asks ? askedAnswers(client, target, declared) : declaredAnswers(client, target, declared);
  const state = await attend({
    connection,
    found,
    json: options.json ? 'outcome' : undefined,
    require: options.require,
    answer,
    onInterrupt,
    onReady,
  });
  if (state === undefined || fault === undefined || interrupts > 0) return;
  const wrong = differences(state, exitCodeOf(state), fault.expect);
  const line =
    wrong.length === 0 ? `Fault ${fault.id}: as expected.` : `Fault ${fault.id}: NOT as expected: ${wrong.join('; ')}.`;
  if (options.json) talk(line);
  else print(line);
}
