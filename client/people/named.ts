import type { MessageName, Messages } from '../../model/people/message.js';
import { noApproval, noItem } from '../../model/people/refusals.js';
import { addressText, readAddress } from '../../model/plan/address.js';
import { didYouMean } from '../../model/schema/suggest.js';
import type { GoLiveState } from '../../model/state/state.js';
import { CliError } from '../errors.js';

/** What of a message names something of the go-live. */
export type Naming = Partial<Pick<Messages['approve'], 'approval'> & Messages['tick'] & Messages['waive']>;

/**
 * Refuses a message that names what the go-live does not have, with what was probably meant.
 *
 * @throws CliError (exit 2)
 */
export function checkNamed(state: GoLiveState, name: MessageName, { approval, item, gate }: Naming): void {
  const unknown = (message: string, given: string, known: readonly string[], what: string): CliError =>
    new CliError(message, { exitCode: 2, where: `target ${state.target}`, hint: didYouMean(given, known, what) });
  if ((name === 'approve' || name === 'reject') && approval !== undefined) {
    const known = state.approvals.map(({ id }) => id);
    if (!known.includes(approval)) throw unknown(noApproval(approval), approval, known, 'questions');
  }
  if (name === 'tick' && item !== undefined) {
    const known = state.checklist.map((tick) => tick.item);
    if (!known.some((one) => one === item)) throw unknown(noItem(item), item, known, 'items');
  }
  if (name === 'waive' && gate !== undefined) checkGate(state, gate, unknown);
}

type Unknown = (message: string, given: string, known: readonly string[], what: string) => CliError;

/** Of a phase that was not judged yet the gates are not known here; whoever receives the message knows them. */
function checkGate(state: GoLiveState, given: string, unknown: Unknown): void {
  const { phase: id, part } = readAddress(given);
  const phase = state.phases.find((one) => one.id === id);
  const gates = state.phases.flatMap((one) => one.gates.map((gate) => addressText({ phase: one.id, part: gate.id })));
  const known = [...state.phases.map((one) => one.id), ...gates];
  if (!phase) throw unknown(`There is no phase '${id}'.`, given, known, 'phases and gates');
  if (part === undefined || phase.gates.length === 0 || phase.gates.some((gate) => gate.id === part)) return;
  throw unknown(`Phase '${id}' has no gate '${part}'.`, given, gates, 'gates');
}
