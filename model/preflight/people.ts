import { rolesAsked as rolesOfNeeds } from '../people/need.js';
import { quorumProblems, votersOf } from '../people/quorum.js';
import { plannedTotalMs } from '../plan/critical-path.js';
import type { Plan } from '../plan/plan.js';
import { mayVote, readSigners, type Signer } from '../signing/allowed-signers.js';
import { approvalsOf } from '../state/initial-state.js';
import type { Finding } from './finding.js';

const WHERE = 'golive.yaml, people';

/**
 * Whether the people of a plan can answer its questions: enough of them, with keys that last.
 *
 * @param startedBy who starts it; a run of a schedule is started by nobody
 * @param nowMs milliseconds since the epoch
 */
export function peopleFindings(plan: Plan, startedBy: string | undefined, nowMs: number): Finding[] {
  const asked = [...approvalsOf(plan), ...plan.phases.flatMap(({ checklist }) => checklist)];
  const voters = votersOf(plan);
  if (!voters || asked.length === 0) return [];
  const unmet = quorumProblems(plan, startedBy);
  const later = lastingUntil(plan, nowMs + plannedMs(plan));
  const unmetLater = unmet.length > 0 ? [] : quorumProblems(later, startedBy);
  return [
    ...(unmet.length + unmetLater.length === 0
      ? [
          {
            area: 'quorum' as const,
            what: `${asked.length} question${asked.length === 1 ? '' : 's'}`,
            where: WHERE,
            standing: 'there' as const,
            found: 'The people listed can answer.',
          },
        ]
      : []),
    ...unmet.map((found) => unmetFinding(found, 'Give the role to more people, or let somebody else start it.')),
    ...unmetLater.map((found) =>
      unmetFinding(`${found} The others' keys expire before.`, 'Renew the keys that expire.'),
    ),
    ...expiring(plan, Object.keys(voters), nowMs),
  ];
}

function unmetFinding(found: string, next: string): Finding {
  const what = /^'([^']+)'/.exec(found)?.[1] ?? 'a question';
  return { area: 'quorum', what, where: WHERE, standing: 'missing', found, next };
}

/** Milliseconds that the phases are planned to take. */
const plannedMs = ({ phases }: Plan): number => plannedTotalMs(phases);

/** The last moment at which somebody may be asked: every question is left open to its end. */
function longestMs(plan: Plan): number {
  return approvalsOf(plan).reduce((sum: number, { expiresMs }) => sum + expiresMs, plannedMs(plan));
}

/** The plan with those keys only that are valid at a time. */
function lastingUntil(plan: Plan, ms: number): Plan {
  const { signing } = plan;
  if (signing?.level !== 'signed') return plan;
  const expired = new Set(
    readSigners(signing.signers)
      .signers.filter((signer) => endOf(signer) <= ms)
      .map(({ line }) => line),
  );
  const lines = signing.signers.split(/\r?\n/).filter((_, index) => !expired.has(index + 1));
  return { ...plan, signing: { ...signing, signers: lines.join('\n') } };
}

/** Keys of the people asked that end before the last question can. */
function expiring(plan: Plan, people: readonly string[], nowMs: number): Finding[] {
  const { signing } = plan;
  if (signing?.level !== 'signed') return [];
  const roles = rolesAsked(plan);
  const owners = new Map(
    people
      .filter((name) => (plan.people?.[name] ?? []).some((role) => roles.has(role)))
      .map((name) => [signing.principals[name], name]),
  );
  const until = nowMs + longestMs(plan);
  return readSigners(signing.signers).signers.flatMap((signer) => {
    const owner = owners.get(signer.principals[0]);
    const end = endOf(signer);
    if (owner === undefined || !mayVote(signer) || end > until) return [];
    const when = `${new Date(end).toISOString().slice(0, 16)}Z`;
    return {
      area: 'key' as const,
      what: `key of ${owner}`,
      where: `allowed signers, line ${signer.line}`,
      standing: 'doubtful' as const,
      found: end <= nowMs ? `It expired at ${when}.` : `It expires at ${when}, before the last question can end.`,
      next: 'Give the person a new key, or prolong valid-before.',
    };
  });
}

function rolesAsked(plan: Plan): Set<string> {
  const asked = approvalsOf(plan).flatMap(({ needs }) => rolesOfNeeds(needs));
  const items = plan.phases.flatMap(({ checklist }) => checklist);
  return new Set([...asked, ...items.map(({ role }) => role)]);
}

/** When a key ends, milliseconds since the epoch: without a zone, the time is taken as UTC. */
function endOf({ validBefore }: Pick<Signer, 'validBefore'>): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/.exec(validBefore ?? '');
  if (!parts) return Number.POSITIVE_INFINITY;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
