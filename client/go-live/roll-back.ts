import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recompute } from '../../model/judge/recompute.js';
import { roleProblem } from '../../model/people/approval.js';
import { addressText } from '../../model/plan/address.js';
import { counted } from '../../model/text/counted.js';
import { type Plan, type RollbackPlan, stepsOf } from '../../model/plan/plan.js';
import { planTakingBack } from '../../model/plan/plan-taking-back.js';
import type { TakesBack } from '../../model/plan/taking-back.js';
import { didYouMean } from '../../model/schema/suggest.js';
import { canonicalJson } from '../../model/json.js';
import { outputsRead } from '../../model/state/travel.js';
import { CliError } from '../errors.js';
import { readEvents } from '../evidence/ended.js';
import { planSummary } from '../render/summary.js';
import { openProject, whoMaySpeak } from '../runbook/load.js';
import { readText } from '../runbook/read-text.js';
import { connect, type OpenConnection } from '../server/connection.js';
import { confirmLive } from '../terminal/confirm.js';
import { parseName } from '../terminal/options.js';
import { talk } from '../terminal/tell.js';
import { besideOf, findFirst, type First, type FirstChoice } from './first.js';
import { isBusy, refuseBusy } from './launch.js';
import { refuseMissing } from './preflight.js';
import { defaultName } from './send.js';
import { begin, checkQuorum } from './start.js';
import { proveStarter } from './starter.js';

export interface RollBackOptions extends FirstChoice {
  /** Change name of the go-live that takes back. */
  name?: string | undefined;
  /** Role in which the one who starts it speaks. */
  as?: string | undefined;
  by?: string | undefined;
  key?: string | undefined;
  reason?: string | undefined;
  /** Later go-lives changed things since: it is done all the same. */
  despiteLater?: boolean | undefined;
  yes?: boolean | undefined;
  wait?: boolean | undefined;
  json?: boolean | undefined;
}

/**
 * Takes back a go-live of a target where that has ended, or where its change is named.
 *
 * @returns false when one runs, so that it may be waiting for this as an answer
 */
export async function rollBackIfEnded(
  target: string,
  rollback: string | undefined,
  given: Omit<RollBackOptions, 'target'>,
): Promise<boolean> {
  const connection = await connect();
  try {
    if (given.change === undefined && (await isBusy(connection, parseName(target)))) return false;
    const names = given.name === undefined ? {} : { name: parseName(given.name) };
    await rollBackEnded(connection, rollback, { ...given, ...names, target: parseName(target) });
    return true;
  } finally {
    await connection.close();
  }
}

/**
 * Takes back a go-live that has ended, as a go-live of its own.
 *
 * @param rollback of the first one's runbook; without it, every undo that still stands
 * @throws CliError: exit 2 for bad input, 4 when it is refused or nobody confirmed it, that of `verify` when the first
 *   bundle does not hold
 */
export async function rollBackEnded(
  connection: OpenConnection,
  rollback: string | undefined,
  options: RollBackOptions,
): Promise<void> {
  await refuseBusy(connection, options.target);
  const [plan, starter] = await prepared(connection, rollback, options).catch(async (error: unknown) => {
    // Somebody else may have begun meanwhile: that is why, whatever it looked like from here.
    await refuseBusy(connection, options.target);
    throw error;
  });
  await begin(connection, plan, starter, options);
}

/** The plan of a take-back with the proof of who starts it, when nothing speaks against it. */
async function prepared(
  connection: OpenConnection,
  rollback: string | undefined,
  options: RollBackOptions,
): Promise<[Plan, Awaited<ReturnType<typeof proveStarter>>]> {
  const { as: role, reason, despiteLater } = options;
  const first = await findFirst(connection.client, options);
  const way = chosenWay(first, rollback);
  refuseDone(first, way);
  refuseLater(first, despiteLater === true, reason);
  const plan = planOf(first, way, options);
  const starts = options.by ?? defaultName();
  checkQuorum(plan, plan.signing?.level === 'signed' ? undefined : starts);
  for (const line of doubtLines(first)) talk(line);
  for (const line of planSummary(plan)) talk(line);
  for (const { phase, step } of first.undos.toReversed()) talk(`  undo ${addressText({ phase, part: step })}`);
  if (plan.mode === 'live') await confirmLive(`Take back ${first.plan.goLiveId} LIVE?`, options.yes);
  // Its reason stands in the plan, which is what is signed; a reason beside it is that of a schedule's extra run.
  const starter = await proveStarter(plan, { by: options.by, key: options.key });
  checkQuorum(plan, starter.by);
  const problem = role === undefined ? undefined : roleProblem(plan, starter.by, role);
  if (problem?.accepted === false) throw new CliError(problem.reason, { exitCode: 4, hint: problem.hint });
  const file = join(first.directory, 'data', 'runbook.yaml');
  const text = existsSync(file) ? readText(file).text : '';
  await refuseMissing(connection, plan, { file, text }, starter.by);
  refuseOther(first, await findFirst(connection.client, options));
  return [plan, starter];
}

/** Sentences about evidence that is not good that are told, and kept in the plan. */
const TOLD_DOUBTS = 12;

function someOf(doubts: readonly string[]): string[] {
  const more = doubts.length - TOLD_DOUBTS;
  return [...doubts.slice(0, TOLD_DOUBTS), ...(more > 0 ? [counted(more, 'more file')] : [])];
}

function doubtLines({ plan, doubts }: First): string[] {
  if (doubts.length === 0) return [];
  return [
    `Evidence was changed. What the undos of ${plan.goLiveId} read is as it was sealed, so it can be taken back; \`golive verify\` goes on to fail.`,
    ...someOf(doubts).map((one) => `  ${one}`),
  ];
}

/** What stands may be other than when it was shown: people were asked meanwhile. @throws CliError (exit 4) */
export function refuseOther(shown: First, now: First): void {
  const whatStands = ({ undos, later, digest, rollbacks, doubts }: First): string =>
    canonicalJson({ undos, later, digest, doubts, rollbacks: rollbacks.map(({ plan }) => plan.goLiveId) });
  if (whatStands(shown) === whatStands(now)) return;
  throw new CliError(`What stands of ${shown.plan.goLiveId} has changed since it was shown here.`, {
    exitCode: 4,
    hint: 'Nothing was begun. Look again: the same command.',
  });
}

/** @throws CliError (exit 2) when the first has no such rollback, or it is one of a phase that fails */
function chosenWay({ plan }: First, id: string | undefined): RollbackPlan | undefined {
  if (id === undefined) return undefined;
  const known = Object.keys(plan.rollbacks);
  const way = Object.hasOwn(plan.rollbacks, id) ? plan.rollbacks[id] : undefined;
  if (!way) {
    throw new CliError(`${plan.goLiveId} has no rollback '${id}'.`, {
      exitCode: 2,
      hint: didYouMean(id, known, 'rollbacks'),
    });
  }
  if (way.undo !== 'phase') return way;
  throw new CliError(`${id} undoes the phase that failed, and after the end there is none.`, {
    exitCode: 2,
    hint: 'Leave it out: then every undo that still stands is carried out.',
  });
}

/** @throws CliError (exit 4) when nothing of it stands, or a rollback was carried out before */
export function refuseDone({ plan, undos, rollbacks }: First, way: RollbackPlan | undefined): void {
  const done = rollbacks.findLast(({ state }) => state.verdict === 'go');
  const same = rollbacks.findLast(
    ({ state, plan: { takesBack } }) => takesBack?.rollback === way?.id && state.verdict === 'go',
  );
  if (undos.length > 0 && (way === undefined || way.undo === 'all')) return;
  const undone = done !== undefined && undos.length === 0;
  if (way !== undefined && stepsOf(way.steps).length > 0 && !same && !undone) return;
  // One that was stopped may have taken all of it back.
  const by = same ?? done ?? (undos.length === 0 ? rollbacks.at(-1) : undefined);
  const at = by?.state.endedAt === undefined ? '' : ` at ${by.state.endedAt}`;
  throw new CliError(
    `Nothing of ${plan.goLiveId} stands any more${by ? `: ${by.plan.goLiveId} took it back${at}` : ', or nothing of it can be undone'}.`,
    { exitCode: 4, hint: `\`golive list --target ${plan.target.id}\` shows its go-lives. Nothing was begun.` },
  );
}

/** @throws CliError: exit 4 when a later go-live changed something, 2 when that is passed over without a reason */
function refuseLater({ plan, later }: First, despite: boolean, reason: string | undefined): void {
  if (later.length === 0) return;
  const which = later.map(({ id, what }) => `${id} (${what})`).join('; ');
  if (!despite) {
    throw new CliError(`Later go-lives of '${plan.target.id}' changed things since ${plan.goLiveId}: ${which}.`, {
      exitCode: 4,
      hint: 'Take those back first, newest first. To do it all the same: --despite-later --reason "…"; both stand in the evidence.',
    });
  }
  if (reason?.trim()) return;
  throw new CliError('--despite-later needs a reason.', { exitCode: 2, hint: 'Give --reason "…".' });
}

function planOf(first: First, way: RollbackPlan | undefined, options: RollBackOptions): Plan {
  const { plan, state, directory, digest, undos, later, doubts } = first;
  const { reason, as: role } = options;
  const takesBack: TakesBack = {
    goLive: plan.goLiveId,
    startedAt: state.startedAt,
    evidenceDir: directory,
    bundle: digest,
    ...(way ? { rollback: way.id } : {}),
    undos,
    phases: way ? outputsOf(first) : {},
    ...(reason === undefined ? {} : { reason }),
    ...(role === undefined ? {} : { role }),
    ...(later.length === 0 ? {} : { despite: later.map(({ id }) => id) }),
    ...(doubts.length === 0 ? {} : { doubts: someOf(doubts) }),
  };
  const { folder, project } = openProject();
  const change = options.name ?? freeName(first);
  return planTakingBack(first, {
    takesBack,
    change,
    directory: besideOf(first, change),
    ...whoMaySpeak(project, folder, plan.mode),
  });
}

/** What the steps of the first gave, as far as its expressions read it, from its log. */
function outputsOf({ plan, state, directory }: First): TakesBack['phases'] {
  const { attempts } = recompute(plan, state.startedAt, readEvents(directory));
  return Object.fromEntries(
    attempts.map(({ phase, steps }) => {
      const planned = new Map(
        stepsOf(plan.phases.find(({ id }) => id === phase)?.steps ?? []).map(
          ({ id, reads }): [string, typeof reads] => [id, reads],
        ),
      );
      const read = Object.entries(steps).map(([id, given]) => [id, outputsRead(given, planned.get(id))]);
      return [phase, { steps: Object.fromEntries(read) }];
    }),
  );
}

/** `c1-rollback-1`, or the next that has no evidence yet; a change has at most 60 characters. */
function freeName(first: First): string {
  const base = `${first.plan.change.slice(0, 46)}-rollback`;
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`;
    if (!existsSync(besideOf(first, name))) return name;
  }
}
