import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { KEY_FILE } from '../../model/evidence/seal.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import type { StandingUndo } from '../../model/plan/taking-back.js';
import { changesThatStand } from '../../model/state/changed-since.js';
import { didYouMean } from '../../model/schema/suggest.js';
import type { GoLiveState } from '../../model/state/state.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { sha256 } from '../../evidence/hash.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { CliError } from '../errors.js';
import { type Bundle, bundlesIn, targetFolder } from '../evidence/ended.js';
import { readTrust } from '../evidence/trust.js';
import { openProject } from '../runbook/load.js';
import { stateDir } from '../server/paths.js';
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
}

type Ended = Bundle & { state: GoLiveState };

export interface FirstChoice {
  target: string;
  /** By default, the last that is no rollback. */
  change?: string | undefined;
  /** Folder of all bundles. */
  evidence?: string | undefined;
  /** Key that sealed it: a fingerprint or a PEM file. By default, that of the worker here. */
  trust?: string | undefined;
}

/**
 * Finds an ended go-live by its evidence, and what of it still stands.
 *
 * @throws CliError: exit 2 when there is no such change here, 4 when it did not end with a closed bundle, that of `verify`
 *   when the bundle does not hold
 */
export async function findFirst(client: Client, choice: FirstChoice): Promise<First> {
  const known = await knownOf(client, choice);
  const all = bundlesIn(known.folders).filter(({ plan }) => plan.target.id === choice.target);
  const found = chosen(all, choice);
  if (found.closed) await held(found, choice.trust);
  const first = requireEnded(found);
  const id = found.plan.goLiveId;
  refuseWithoutEvidence(id, known.takingBack, all);
  const rollbacks = all.filter((one): one is Ended => one.plan.takesBack?.goLive === id && one.state !== undefined);
  // What they say decides what still stands, of the first and above it.
  for (const one of all) {
    const counts = one.plan.takesBack?.goLive === id || one.startedAt > found.startedAt;
    if (one.closed && one !== found && counts) await held(one, choice.trust);
  }
  const last = rollbacks.at(-1);
  return {
    ...first,
    digest: sha256(readFileSync(join(found.directory, TAG_MANIFEST))),
    undos: last?.state.undos ?? first.state.undos ?? [],
    rollbacks,
    later: laterThan(found, all),
  };
}

/** What the server knows: where bundles of the target lie, beside those of the project, and what took back what. */
interface Known {
  folders: string[];
  /** Go-lives that ended and had taken one back. */
  takingBack: { first: string; change: string; directory: string }[];
}

async function knownOf(client: Client, { target, evidence }: FirstChoice): Promise<Known> {
  const { folder, project } = openProject();
  const folders = [join(resolve(evidence ?? join(folder, project.evidence ?? 'evidence')), target)];
  const query = `WorkflowType = 'goLive' AND WorkflowId = ${quoted(target)}`;
  const takingBack: Known['takingBack'] = [];
  for await (const { memo, status } of client.workflow.list({ query, pageSize: 100 })) {
    const [directory, first, change]: unknown[] = [memo?.['evidenceDir'], memo?.['takesBack'], memo?.['change']];
    if (typeof directory !== 'string') continue;
    folders.push(targetFolder(directory));
    if (typeof first === 'string' && typeof change === 'string' && status.name === 'COMPLETED')
      takingBack.push({ first, change, directory });
  }
  return { folders, takingBack };
}

/** What a go-live that took it back came to stands in its evidence alone. @throws CliError (exit 4) when that is gone */
export function refuseWithoutEvidence(id: string, takingBack: Known['takingBack'], all: readonly Bundle[]): void {
  const gone = takingBack.find(({ first, change }) => first === id && !all.some(({ plan }) => plan.change === change));
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

/** Refuses a bundle whose bytes, seal or key are not good; how it was decided is no matter for taking it back. @throws CliError */
async function held(bundle: Bundle, trust: string | undefined): Promise<void> {
  const own = process.env['GOLIVE_EVIDENCE_KEY'] ?? join(stateDir(), 'evidence-key.pem');
  const key = trust ?? (existsSync(own) ? own : undefined);
  if (key === undefined) {
    throw new CliError('Say which key sealed the bundle that is to be taken back: --trust.', {
      exitCode: 2,
      where: bundle.directory,
      hint: 'A fingerprint (SHA256:…) or the PEM file of the worker that sealed it; `golive doctor` on that machine prints it.',
    });
  }
  const { findings, exitCode } = await verifyBundle(bundle.directory, readTrust({ key: [key] }), recomputeOutputs);
  const bad = findings.find(
    ({ class: kind, item }) =>
      ['altered', 'incomplete', 'unreadable'].includes(kind) || (kind === 'untrusted' && item === KEY_FILE),
  );
  if (!bad) return;
  throw new CliError(`The bundle of ${bundle.plan.goLiveId} does not hold: ${bad.item} ${bad.message}.`, {
    exitCode,
    where: bundle.directory,
    hint: 'What it says of undos cannot be believed. Get it again from where it was made, or undo by hand.',
  });
}

/**
 * Later go-lives of the target that changed something which still stands; those too that took back what was there before the
 * first, for its undos would bring that back. Taking back a later one is the way to the first and changes nothing under it.
 */
export function laterThan(first: Bundle, all: readonly Bundle[]): First['later'] {
  return all.flatMap(({ plan, state, startedAt }) => {
    const { goLiveId: id, takesBack } = plan;
    if (startedAt <= first.startedAt || id === first.plan.goLiveId) return [];
    if (takesBack) {
      const under = takesBack.startedAt < first.startedAt;
      return under ? [{ id, what: `it took back ${takesBack.goLive}` }] : [];
    }
    if (!state) return [{ id, what: 'it did not end with a sealed bundle' }];
    const last = all.findLast((one) => one.plan.takesBack?.goLive === id && one.state !== undefined);
    const stands = changesThatStand(plan, state, last?.state?.undos);
    return stands.length === 0 ? [] : [{ id, what: stands.slice(0, 5).join(', ') }];
  });
}

/** Folder of the bundle of another change of the same target. */
export const besideOf = ({ directory }: Pick<Bundle, 'directory'>, change: string): string =>
  join(targetFolder(directory), change);
