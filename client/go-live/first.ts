import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import type { StandingUndo } from '../../model/plan/taking-back.js';
import { addressText } from '../../model/plan/address.js';
import { changesThatStand } from '../../model/state/changed-since.js';
import { didYouMean } from '../../model/schema/suggest.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../../evidence/hash.js';
import { CliError } from '../errors.js';
import { type Bundle, bundlesIn, targetFolder } from '../evidence/ended.js';
import { readTrust } from '../evidence/trust.js';
import { openProject } from '../runbook/load.js';
import { stateDir } from '../server/paths.js';
import { cameAfter, type Ended, type Known, mustHold, type Remembered } from './came-after.js';
import { quoted } from './list.js';

/** A go-live that has ended, with its bundle, which holds; and what came after it. */
export interface First extends Bundle {
  state: GoLiveState;
  /** SHA-256 of the tag manifest of its bundle. */
  digest: string;
  /** Undos that still stand, oldest first. */
  undos: StandingUndo[];
  /** Earlier go-lives that took it back, or a part of it, oldest first. */
  rollbacks: Ended[];
  /** Later go-lives of the target that changed something which still stands. */
  later: { id: string; what: string }[];
  /** What of the evidence is not good, of it and of what came after; what the undos read is. */
  doubts: string[];
}

export interface FirstChoice {
  target: string;
  /** By default, the last that is no rollback. */
  change?: string | undefined;
  /** Folder of all bundles. */
  evidence?: string | undefined;
  /** Keys that may have sealed it and what came after: fingerprints or PEM files. By default, that of the worker here. */
  trust?: readonly string[] | undefined;
}

/**
 * Finds an ended go-live by its evidence, and what of it still stands.
 *
 * @throws CliError: exit 2 when there is no such change here, 4 when it did not end with a closed bundle, that of `verify`
 *   when the bundle does not hold
 */
export async function findFirst(client: Client, choice: FirstChoice): Promise<First> {
  const known = await knownOf(client, choice);
  const found = chosen(known.bundles, choice);
  const keys = trustedKeys(choice.trust, found);
  const id = found.plan.goLiveId;
  const doubts = found.closed ? await mustHold(found.directory, id, keys) : [];
  const first = requireEnded(found);
  const after = await cameAfter(first, known, keys);
  refuseWithoutEvidence(id, known.remembered, after.bundles);
  const rollbacks = after.bundles.filter(
    (one): one is Ended => one.plan.takesBack?.goLive === id && one.state !== undefined,
  );
  return {
    ...first,
    digest: sealOf(found.directory),
    undos: whereTheyLie(rollbacks.at(-1)?.state.undos ?? first.state.undos ?? [], rollbacks),
    rollbacks,
    later: [
      ...laterThan(first, after.bundles),
      ...after.gone.map(({ change }) => ({ id: `${choice.target}/${change}`, what: 'its evidence is gone' })),
    ],
    doubts: [...doubts, ...after.doubts],
  };
}

const sealOf = (directory: string): string => sha256(readFileSync(join(directory, TAG_MANIFEST)));

/**
 * What a rollback of the first held itself has its journal in the bundle of that rollback, wherever it lies by now.
 * @throws CliError (exit 4) when that is gone
 */
export function whereTheyLie(undos: readonly StandingUndo[], rollbacks: readonly Ended[]): StandingUndo[] {
  return undos.map((undo) => {
    const { evidenceDir, phase, step } = undo;
    if (evidenceDir === undefined) return undo;
    const its = rollbacks.find(({ state }) => state.evidenceDir === evidenceDir);
    if (its) return { ...undo, evidenceDir: its.directory, bundle: sealOf(its.directory) };
    throw new CliError(`The evidence of what held ${addressText({ phase, part: step })} is gone.`, {
      exitCode: 4,
      where: evidenceDir,
      hint: 'Bring it back from where it was kept: only it says how that is undone.',
    });
  });
}

/** What lies in folders, and what the server remembers: that tells of bundles elsewhere, too, and of those that are gone. */
async function knownOf(client: Client, { target, evidence }: FirstChoice): Promise<Known> {
  const { folder, project } = openProject();
  const folders = [join(resolve(evidence ?? join(folder, project.evidence ?? 'evidence')), target)];
  const query = `WorkflowType = 'goLive' AND WorkflowId = ${quoted(target)}`;
  const remembered: Remembered[] = [];
  for await (const { memo, status, startTime } of client.workflow.list({ query, pageSize: 100 })) {
    const [directory, first, change]: unknown[] = [memo?.['evidenceDir'], memo?.['takesBack'], memo?.['change']];
    if (typeof directory !== 'string' || typeof change !== 'string') continue;
    folders.push(targetFolder(directory));
    remembered.push({
      change,
      directory,
      startedAt: startTime.toISOString(),
      takesBack: typeof first === 'string' ? first : undefined,
      completed: status.name === 'COMPLETED',
      // One that failed was refused before it began.
      ended: !['RUNNING', 'FAILED', 'CONTINUED_AS_NEW'].includes(status.name),
    });
  }
  return { folders, remembered, bundles: bundlesIn(folders).filter(({ plan }) => plan.target.id === target) };
}

/** What a go-live that took it back came to stands in its evidence alone. @throws CliError (exit 4) when that is gone */
export function refuseWithoutEvidence(id: string, remembered: readonly Remembered[], after: readonly Bundle[]): void {
  const gone = remembered.find(
    ({ takesBack, change, completed }) =>
      takesBack === id && completed && !after.some(({ plan }) => plan.change === change),
  );
  if (!gone) return;
  throw new CliError(
    `The evidence of ${gone.change}, which took ${id} back, is gone: nobody knows what still stands.`,
    {
      exitCode: 4,
      where: gone.directory,
      hint: 'Bring it back from where it was kept. An undo that is carried out twice may do harm.',
    },
  );
}

function chosen(all: readonly Bundle[], { target, change }: FirstChoice): Bundle {
  const found =
    change === undefined
      ? all.findLast(({ plan }) => plan.takesBack === undefined)
      : all.find(({ plan }) => plan.change === change);
  if (found) return found;
  throw new CliError(
    change === undefined
      ? `No evidence of a go-live of '${target}' lies here.`
      : `No evidence of the change '${change}' of '${target}' lies here.`,
    {
      exitCode: 2,
      hint: didYouMean(
        change ?? '',
        all.map(({ plan }) => plan.change),
        'changes with evidence',
      ),
    },
  );
}

function requireEnded(bundle: Bundle): Ended {
  const { plan, directory, state } = bundle;
  if (state) return { ...bundle, state };
  throw new CliError(`${plan.goLiveId} did not end with a sealed bundle, so nobody knows what of it stands.`, {
    exitCode: 4,
    where: directory,
    hint: `If it still runs: golive abort ${plan.target.id} --reason "…". Else data/events.jsonl there says what was done; undo it by hand.`,
  });
}

/** Fingerprints of the keys that are trusted to have sealed it. @throws CliError (exit 2) */
function trustedKeys(trust: readonly string[] = [], { directory }: Bundle): readonly string[] {
  const own = process.env['GOLIVE_EVIDENCE_KEY'] ?? join(stateDir(), 'evidence-key.pem');
  const keys = trust.length === 0 && existsSync(own) ? [own] : trust;
  if (keys.length > 0) return readTrust({ key: keys }).keys;
  throw new CliError('Say which key sealed the bundle that is to be taken back: --trust.', {
    exitCode: 2,
    where: directory,
    hint: 'A fingerprint (SHA256:…) or the PEM file of the worker that sealed it; `golive doctor` on that machine prints it.',
  });
}

/**
 * Later go-lives of the target that changed something which still stands; those too that took back what was there before the
 * first, for its undos would bring that back. Taking back a later one is the way to the first and changes nothing under it.
 *
 * @param after what came after it
 */
export function laterThan(first: Bundle, after: readonly Bundle[]): First['later'] {
  return after.flatMap(({ plan, state }) => {
    const { goLiveId: id, takesBack } = plan;
    if (takesBack) {
      const under = takesBack.startedAt < first.startedAt;
      return under ? [{ id, what: `it took back ${takesBack.goLive}` }] : [];
    }
    if (!state) return [{ id, what: 'it did not end with a sealed bundle' }];
    const last = after.findLast((one) => one.plan.takesBack?.goLive === id && one.state !== undefined);
    const stands = changesThatStand(plan, state, last?.state?.undos);
    return stands.length === 0 ? [] : [{ id, what: stands.slice(0, 5).join(', ') }];
  });
}

/** Folder of the bundle of another change of the same target. */
export const besideOf = ({ directory }: Pick<Bundle, 'directory'>, change: string): string =>
  join(targetFolder(directory), change);
