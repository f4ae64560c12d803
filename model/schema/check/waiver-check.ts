import { type Check, checkRole, checkSpans, list } from './checks.js';
import { isEach, type RunbookGate, type RunbookPhase } from '../format/runbook.js';
import type { Path } from '../yaml/source.js';

/** Roles that may waive a gate by the runbook: those of `waivers`, narrowed by the gate, less the owners if asked for. */
function mayWaive({ runbook }: Check, phase: RunbookPhase, gate: RunbookGate): string[] {
  const { waivers } = runbook;
  const narrowed = list(gate.waivableBy ?? waivers?.by).filter((role) => list(waivers?.by).includes(role));
  return waivers?.distinct ? narrowed.filter((role) => !list(phase.owner).includes(role)) : [...narrowed];
}

/** Checks who may waive and omit: known roles, and none that judges its own work where other people are asked for. */
export function checkWaivers(check: Check): void {
  const { source, runbook } = check;
  const { waivers } = runbook;
  if (waivers) checkSpans(check, ['waivers'], waivers);
  list(waivers?.by).forEach((role, index) => {
    checkRole(check, ['waivers', 'by', ...(Array.isArray(waivers?.by) ? [index] : [])], role);
  });
  runbook.phases.forEach((phase, index) => {
    const { mayOmit } = phase;
    list(mayOmit?.by).forEach((role, at) => {
      checkRole(check, ['phases', index, 'mayOmit', 'by', ...(Array.isArray(mayOmit?.by) ? [at] : [])], role);
    });
    phase.gates?.forEach((node, at) => {
      const path: Path = ['phases', index, 'gates', at];
      if (!isEach(node)) checkGateWaivers(check, phase, node, path);
      else node.gates.forEach((gate, inner) => checkGateWaivers(check, phase, gate, [...path, 'gates', inner]));
    });
  });
  if (waivers && list(waivers.by).length === 0)
    source.at(['waivers', 'by'], 'nobody may waive', 'Leave `waivers` out.');
}

function checkGateWaivers(check: Check, phase: RunbookPhase, gate: RunbookGate, path: Path): void {
  const { source, runbook } = check;
  const { waivers } = runbook;
  const at: Path = [...path, 'waivableBy'];
  if (gate.waivableBy !== undefined) {
    if (gate.floor) return source.at(at, 'a floor cannot be waived', 'Leave one of the two out.');
    if (!waivers) {
      return source.at(at, 'nothing can be waived in this runbook', 'Write `waivers: { by: [cto], atMost: 8h }`.');
    }
    const foreign = list(gate.waivableBy).find((role) => !list(waivers.by).includes(role));
    if (foreign !== undefined) {
      const known = list(waivers.by).join(', ');
      return source.at(at, `'${foreign}' may not waive here`, `A gate narrows \`waivers.by\`: ${known}.`);
    }
  }
  if (waivers?.distinct && !gate.floor && mayWaive(check, phase, gate).length === 0) {
    const owner = list(phase.owner).join(', ');
    source.at(
      gate.waivableBy === undefined ? path : at,
      `gate '${gate.id}' could be waived by '${owner}' alone, who owns phase '${phase.id}'`,
      'Name another role, make the gate a floor, or leave `waivers.distinct` out.',
    );
  }
  return undefined;
}
