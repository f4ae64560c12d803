import { needAsked } from '../../model/people/need.js';
import { quorumProblem } from '../../model/people/quorum.js';
import { list } from '../../model/schema/check/checks.js';
import type { Project } from '../../model/schema/format/project.js';
import type { Runbook, RunbookApproval } from '../../model/schema/format/runbook.js';

/** Questions of a runbook that the people of golive.yaml could not answer live, whoever starts it. */
export function unmetQuorums(runbook: Runbook, people: NonNullable<Project['people']>): string[] {
  const voters = Object.fromEntries(Object.entries(people).map(([name, { roles }]) => [name, roles]));
  const asked: { id: string; one: RunbookApproval }[] = [
    ...runbook.phases.flatMap(({ id, approval }) => list(approval).map((one) => ({ id, one }))),
    ...(runbook.decisions ?? []).flatMap(({ id, approval }) => (approval ? [{ id, one: approval }] : [])),
  ];
  return asked.flatMap(({ id, one: { role, count = 1, needs, distinct = true, starterMay = false, auto } }) => {
    if (auto !== undefined) return [];
    const wanted = needs ?? (role === undefined ? [] : [{ role, count }]);
    const places = wanted.flatMap((need) => needAsked(need.role, need.count ?? 1) ?? []);
    return quorumProblem({ id, needs: places, distinct, starterMay }, voters) ?? [];
  });
}
