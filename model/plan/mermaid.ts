import { needName } from '../people/need.js';
import { formatDuration } from '../duration.js';
import { beginsAgainAt, takenAgain } from './begins-again.js';
import { needsOf } from './needs.js';
import { stepsOf } from './plan.js';
import type { PhasePlan, Plan } from './plan.js';

/** Text made safe inside a quoted Mermaid label: entities for what its parser or its HTML would read. */
function label(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/[#&"<>`|{}[\]\\]/g, (character) => `#${character.codePointAt(0)};`);
}

function node(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, '_');
}

/** Where it goes on behind a phase: at what waits for it, else at the decisions. */
function nextOf({ phases }: Plan, { id }: PhasePlan): string[] {
  const next = phases.filter((phase) => needsOf(phases, phase.id).includes(id)).map(entry);
  return next.length > 0 ? next : ['decide'];
}

function phaseLines(plan: Plan, phase: PhasePlan, index: number): string[] {
  const next = nextOf(plan, phase);
  const own = `p_${node(phase.id)}`;
  const roles = phase.owner.map((role) => plan.roles[role] ?? role).join(', ');
  const size = `${stepsOf(phase.steps).length} steps, ${phase.gates.length} gates, ${formatDuration(phase.plannedMs)}`;
  const lines = [`  ${own}["${label(`${index} ${phase.title}`)}<br/>${label(roles)}<br/>${label(size)}"]`];
  const before = phase.approvals.find((approval) => approval.when === 'before');
  if (before) {
    const who = before.needs.map((need) => needName(need, plan.roles)).join(', ');
    lines.push(
      `  ${entry(phase)}{"${label(`approval: ${who}`)}"}`,
      `  ${entry(phase)} -->|yes| ${own}`,
      `  ${entry(phase)} -->|no| nogo`,
    );
  }
  const { rollback, then, attempts } = phase.onFail;
  const wanted = typeof then === 'object' ? then.return : phase.id;
  const again = phase.needs ? takenAgain(plan, phase, wanted)[0] : beginsAgainAt(plan, phase, wanted);
  const back = attempts > 1 ? again : undefined;
  const target = plan.phases.find((candidate) => candidate.id === back);
  const after = target ? [entry(target)] : then === 'continue' ? next : ['nogo'];
  lines.push(...next.map((one) => `  ${own} -->|go| ${one}`));
  if (rollback === undefined) lines.push(...after.map((one) => `  ${own} -.->|no-go| ${one}`));
  else
    lines.push(`  ${own} -.->|no-go| r_${node(rollback)}`, ...after.map((one) => `  r_${node(rollback)} -.-> ${one}`));
  return lines;
}

/** Where a phase is entered: at its approval, when it has one before. */
function entry(phase: PhasePlan): string {
  const asks = phase.approvals.some((approval) => approval.when === 'before');
  return `${asks ? 'a' : 'p'}_${node(phase.id)}`;
}

/** The plan as a Mermaid flowchart: phases, approvals, rollbacks, decisions. */
export function planMermaid(plan: Plan): string {
  const lines = ['flowchart TD', '  nogo(["NO-GO"])'];
  for (const { id, title } of Object.values(plan.rollbacks))
    lines.push(`  r_${node(id)}[/"${label(`${id}: ${title}`)}"/]`);
  plan.phases.forEach((phase, index) => lines.push(...phaseLines(plan, phase, index)));
  lines.push('  decide(("decisions"))');
  for (const { id, title, approval } of plan.decisions) {
    const who = approval ? `<br/>${label(approval.needs.map((need) => needName(need, plan.roles)).join(', '))}` : '';
    lines.push(`  d_${node(id)}{{"${label(title)}${who}"}}`, `  decide --> d_${node(id)}`);
  }
  return `${[...new Set(lines)].join('\n')}\n`;
}
