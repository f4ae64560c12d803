import type { ApprovalPlan, Plan } from '../plan/plan.js';
import { mayVote, readSigners } from '../signing/allowed-signers.js';
import { approvalsOf } from '../state/initial-state.js';
import { samePerson } from './approval.js';
import { fills, needCount, rolesAsked, rolesOf } from './need.js';

/** A question, as far as it says who must answer it. */
export type Asked = Pick<ApprovalPlan, 'needs' | 'distinct' | 'starterMay'> & { id: string };

/** Person → roles, of those whose vote can count. */
export type Voters = Readonly<Record<string, readonly string[]>>;

/** The people of a plan, less those without a key where names are signed; undefined where nobody is listed. */
export function votersOf({ people, signing }: Pick<Plan, 'people' | 'signing'>): Voters | undefined {
  if (!people || Object.keys(people).length === 0) return undefined;
  if (signing?.level !== 'signed') return people;
  const withKey = new Set(
    readSigners(signing.signers).signers.flatMap((signer) => (mayVote(signer) ? signer.principals : [])),
  );
  const { principals } = signing;
  return Object.fromEntries(
    Object.entries(people).filter(([name]) => Object.hasOwn(principals, name) && withKey.has(principals[name] ?? '')),
  );
}

/** Why the people that there are cannot answer a question; undefined when they can. */
export function quorumProblem(asked: Asked, voters: Voters, startedBy?: string): string | undefined {
  const without = startedBy !== undefined && !asked.starterMay ? startedBy : undefined;
  const present = Object.entries(voters).filter(([name]) => without === undefined || !samePerson(name, without));
  const places = asked.needs.flatMap((need) => Array.from({ length: need.count }, () => rolesOf(need)));
  const enough = asked.distinct
    ? canFill(places, present)
    : asked.needs.every(
        (need) => present.filter(([, roles]) => roles.some((one) => fills(need, one))).length >= need.count,
      );
  if (enough) return undefined;
  const roles = new Set(rolesAsked(asked.needs));
  const able = present.filter(([, held]) => held.some((role) => roles.has(role))).map(([name]) => name);
  const needs = asked.needs.map((need) => needCount(need)).join(' and ');
  const less =
    without !== undefined && able.length < Object.keys(voters).length ? `without ${without}, who starts it, ` : '';
  const who = able.length === 0 ? 'nobody' : `only ${able.join(', ')}`;
  return `'${asked.id}' needs ${needs}${asked.distinct ? ', each another person' : ''}; ${less}there is ${who}.`;
}

/** Whether each place can be given to a person of its own who holds one of its roles: Kuhn's matching. */
function canFill(places: readonly string[][], people: readonly (readonly [string, readonly string[]])[]): boolean {
  const placeOf = new Map<string, number>();
  const seat = (place: number, tried: Set<string>): boolean =>
    people.some(([name, roles]) => {
      if (!places[place]?.some((role) => roles.includes(role)) || tried.has(name)) return false;
      tried.add(name);
      const taken = placeOf.get(name);
      if (taken !== undefined && !seat(taken, tried)) return false;
      placeOf.set(name, place);
      return true;
    });
  return places.every((_, place) => seat(place, new Set()));
}

/** Every question of a plan that its people cannot answer; what a rule may approve is not counted. */
export function quorumProblems(plan: Plan, startedBy?: string): string[] {
  const voters = votersOf(plan);
  if (!voters) return [];
  const questions = approvalsOf(plan).filter(({ auto }) => auto === undefined);
  const items = plan.phases.flatMap(({ checklist }) => checklist);
  return [
    ...questions.flatMap((asked) => quorumProblem(asked, voters, startedBy) ?? []),
    ...items.flatMap(({ id, role }) => {
      const asked = { id, needs: [{ role, count: 1 }], distinct: true, starterMay: true };
      return quorumProblem(asked, voters) ?? [];
    }),
  ];
}
