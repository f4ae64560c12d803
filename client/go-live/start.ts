import { quorumProblems } from '../../model/people/quorum.js';
import type { JsonObject } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { attend } from './attend.js';
import { refuseBareCredentials } from './bare-credentials.js';
import { confirmLive } from '../terminal/confirm.js';
import { connect, type OpenConnection } from '../server/connection.js';
import { CliError } from '../errors.js';
import { launch, refuseBusy, refuseUsed } from './launch.js';
import { checkDecision } from '../terminal/outcome.js';
import { refuseMissing } from './preflight.js';
import { makePlan, openRunbook } from '../runbook/load.js';
import { planSummary } from '../render/summary.js';
import { defaultName } from './send.js';
import { proveStarter } from './starter.js';
import { print, talk } from '../terminal/tell.js';
import { uiUrlOf } from './ui-url.js';

/** What every way to start go-lives asks for: one now, or those of a schedule. */
export interface StartChoices {
  target: string;
  input: JsonObject;
  mode: 'rehearse' | 'live';
  timeScale?: number | undefined;
  by?: string | undefined;
  /** SSH key to sign with. */
  key?: string | undefined;
  evidence?: string | undefined;
  yes?: boolean | undefined;
}

/** How it is told what comes of a start. */
interface Telling {
  wait?: boolean | undefined;
  require?: string | undefined;
  json?: boolean | undefined;
}

export interface StartOptions extends StartChoices, Telling {
  change: string;
  /** Inputs that stand in a runbook or come from an earlier run: laid under `input`, paths as the runbook means them. */
  given?: JsonObject | undefined;
}

/** @throws CliError (exit 4) when a question of the plan cannot be answered by the people that there are */
export function checkQuorum(plan: Plan, startedBy: string | undefined): void {
  const problems = quorumProblems(plan, startedBy);
  if (problems.length === 0) return;
  throw new CliError(`Nobody could finish this go-live: ${problems.join(' ')}`, {
    exitCode: 4,
    where: 'golive.yaml, people',
    hint: 'Give the role to more people, let somebody else start it, or lower the count.',
  });
}

/**
 * Plans a runbook and starts its go-live.
 *
 * @param agreed asks whether this plan is to be started, and throws where it is not
 * @throws CliError: exit 2 for bad input and when something is missing, 4 when the target is busy or nobody confirmed a live start
 */
export async function start(
  file: string,
  options: StartOptions,
  agreed?: (plan: Plan) => Promise<void>,
): Promise<void> {
  const { target, change, mode, input: inputs, evidence, given = {} } = options;
  if (mode === 'live' && (options.timeScale ?? 1) !== 1) {
    throw new CliError('A live go-live runs in real time.', {
      exitCode: 2,
      hint: 'Leave --time-scale out, or rehearse.',
    });
  }
  const opened = await openRunbook(file);
  const timeScale = options.timeScale ?? 1;
  const plan = await makePlan(opened, { target, change, mode, timeScale, inputs, given, evidence });
  await refuseBareCredentials(plan);
  if (options.require !== undefined) checkDecision(plan.decisions, options.require);
  checkQuorum(plan, plan.signing?.level === 'signed' ? undefined : (options.by ?? defaultName()));
  if (agreed) await agreed(plan);
  else for (const line of planSummary(plan)) talk(line);
  const connection = await connect();
  try {
    await refuseBusy(connection, target);
    refuseUsed(plan);
    if (plan.mode === 'live') await confirmLive(`Start this LIVE go-live on ${plan.target.id}?`, options.yes);
    const starter = await proveStarter(plan, options);
    checkQuorum(plan, starter.by);
    await refuseMissing(connection, plan, opened, starter.by);
    await begin(connection, plan, starter, options);
  } finally {
    await connection.close();
  }
}

/** Starts a planned go-live and says so; with `wait` it shows it to its end. */
export async function begin(
  connection: OpenConnection,
  plan: Plan,
  starter: Awaited<ReturnType<typeof proveStarter>>,
  { wait, require, json }: Telling,
): Promise<void> {
  const { change } = plan;
  const target = plan.target.id;
  const found = await launch(connection, plan, starter.by, starter.signed);
  const ui = await uiUrlOf(connection, target, found.runId);
  if (wait) {
    talk(`Started ${plan.goLiveId}${ui === undefined ? '' : `: ${ui}`}`);
    await attend({ connection, found, json: json ? 'outcome' : undefined, require });
    return;
  }
  if (json) {
    print({
      id: plan.goLiveId,
      target,
      change,
      runId: found.runId,
      ui: ui ?? null,
      evidence: plan.evidence.directory,
    });
    return;
  }
  print(`Started ${plan.goLiveId}`);
  if (ui !== undefined) print(`  Web UI    ${ui}`);
  print(`  Evidence  ${plan.evidence.directory}`);
  print(`  Watch     golive watch ${target}`);
  print(`  Abort     golive abort ${target} --reason "…"`);
}
