import { type Finding, inOrder, type Preflight } from '../../model/preflight/finding.js';
import { peopleFindings } from '../../model/preflight/people.js';
import { type Use, usesOf } from '../../model/preflight/uses.js';
import { secretRefsIn } from '../../model/schema/format/secret-refs.js';
import type { Plan } from '../../model/plan/plan.js';
import type { PreflightRequest } from '../../model/state/contract.js';
import { createCapabilities, Secrets } from '../deed/capabilities.js';
import type { StepCalls } from '../step/step.js';
import { findByKinds } from './checks.js';
import { findFolders } from './folders.js';
import { findHosts } from './hosts.js';
import type { KnownUse, Look } from './look.js';
import { findPrograms } from './programs.js';
import { findSecrets } from './secrets.js';

export interface PreflightDeps {
  kinds: StepCalls;
  env: NodeJS.ProcessEnv;
  version: string;
}

/** Most findings of one answer: payloads stay small. What is there is left out first. */
const MOST = 200;

/**
 * Looks for everything that a go-live needs, as its worker sees it. Nothing is begun, written or sent that acts.
 *
 * @param signal ends what is under way
 */
export async function preflight(
  { goLive, plan, startedBy }: PreflightRequest,
  { kinds, env, version }: PreflightDeps,
  signal: AbortSignal,
): Promise<Preflight> {
  const now = new Date();
  const ways = createCapabilities({ goLive, env, signal, secrets: new Secrets() });
  const known = (uses: readonly Use[]): KnownUse[] =>
    uses.flatMap((use) => (kinds.names.includes(use.uses) ? [{ ...use, call: kinds.call(use.uses, 'do') }] : []));
  const uses = [...usesOf(plan, now.toISOString()), ...noticesOf(plan, kinds)];
  const look: Look = { goLive, plan, uses: known(uses), env, signal, ways };
  const [secrets, ...others] = await Promise.all([
    findSecrets(look),
    findPrograms(look),
    findHosts(look),
    findFolders(look),
  ]);
  const unread = new Set(secrets.filter(({ standing }) => standing !== 'there').map(({ what }) => what));
  const lacks = ({ call, input }: KnownUse): boolean =>
    secretRefsIn(call.kind.input, input).some((ref) => unread.has('env' in ref ? `$${ref.env}` : ref.file));
  const findings = inOrder([
    ...unknownKinds(uses, kinds),
    ...secrets,
    ...others.flat(),
    ...(await findByKinds(look, lacks)),
    ...peopleFindings(plan, startedBy, now.getTime()),
  ]);
  return { version, findings: fewer(findings) };
}

/** Notices as uses of the kind that carries them; one that cannot be sent holds nobody up. */
function noticesOf({ notices }: Plan, kinds: StepCalls): Use[] {
  const carrier = kinds.names.find((name) => kinds.call(name, 'do').kind.notice !== undefined);
  if (carrier === undefined) return [];
  const also = { uses: carrier, where: 'notices', open: true, sure: false, first: false };
  return notices.map(({ with: input }) => ({ ...also, input }));
}

/** Steps that this worker has no hands for: it is of another version than who made the plan. */
function unknownKinds(uses: readonly Use[], { names }: StepCalls): Finding[] {
  const unknown = new Map(uses.filter((use) => !names.includes(use.uses)).map((use) => [use.uses, use.where]));
  return [...unknown].map(([what, where]) => ({
    area: 'worker',
    what,
    where,
    standing: 'missing',
    found: 'The worker does not know this kind.',
    next: 'Run a worker of the version that made the plan.',
  }));
}

function fewer(findings: Finding[]): Finding[] {
  if (findings.length <= MOST) return findings;
  const worse = findings.filter(({ standing }) => standing !== 'there');
  return worse.slice(0, MOST);
}
