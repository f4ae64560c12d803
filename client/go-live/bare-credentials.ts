import { withoutCredentialsIn } from '../../evidence/credentials.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import { CliError } from '../errors.js';

/**
 * Refuses a plan whose inputs hold a credential as text. A plan is kept whole, and approvals bind to it: what it holds
 * stands in Temporal's history, in the evidence, in the report and in the commands that take the same again.
 *
 * @param names inputs to look at; without them all, and the variables of the target
 * @throws CliError (exit 2) that names each, and does not say what it holds
 */
export async function refuseBareCredentials(
  { inputs, target }: Pick<Plan, 'inputs' | 'target'>,
  names?: readonly string[],
): Promise<void> {
  const found = await holding(inputs, names ?? Object.keys(inputs));
  const what = found.map((name) => `the input '${name}'`);
  if (names === undefined) {
    const { variables } = target;
    what.push(
      ...(await holding(variables, Object.keys(variables))).map((name) => `the variable '${name}' of the target`),
    );
  }
  if (what.length === 0) return;
  const text = what.join(', ');
  throw new CliError(`${text.charAt(0).toUpperCase()}${text.slice(1)}: what looks like a credential stands there.`, {
    exitCode: 2,
    where: 'it would stand in the plan, and with it in history, evidence and report; nothing was started',
    hint: 'Give it by reference, `{ env: NAME }` or `{ file: PATH }`, in the step that needs it.\nWhat was typed may stand in the history of your shell: change it there where it is used.',
  });
}

async function holding(values: JsonObject, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const value: Json | undefined = Object.hasOwn(values, name) ? values[name] : undefined;
    // The name stands beside it: some are known by that alone.
    if (value !== undefined && (await withoutCredentialsIn({ [name]: value })).credentials > 0) found.push(name);
  }
  return found;
}
