import type { CommandResult } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { tailOf } from './compose-logs.js';
import { containersIn, plansIn, runningIn, type ServicePlan, stateOfService } from './compose-ps.js';
import type { Running } from './compose-undo.js';
import type { ServiceState, StackDriver } from './contract.js';

const PS = ['ps', '--all', '--format', 'json'];

/**
 * What is asked of a stack of containers.
 *
 * @param query runs docker compose and gives what it printed; throws where it fails
 * @param compose the same, where a failure is an answer, too
 */
export function composeLook(
  query: (args: string[]) => Promise<string>,
  compose: (args: string[]) => Promise<CommandResult>,
): Pick<StackDriver, 'ps' | 'logs'> & {
  running: () => Promise<Running>;
  /** Ids of the running containers of a service. */
  idsOf: (service: string) => Promise<string[]>;
  /** How all services are, and those of the named ones with all that they depend on; by default all. */
  look: (wanted?: readonly string[]) => Promise<{ states: ServiceState[]; asked: ServiceState[] }>;
} {
  const names = async (): Promise<string[]> => (await query(['config', '--services'])).split('\n').filter(Boolean);
  const look = async (wanted: readonly string[] = []) => {
    const containers = containersIn(await query(PS));
    // Where the definition cannot be asked for, nobody is known to be meant to end.
    const plans = plansIn((await compose(['config', '--format', 'json'])).rawStdout);
    const listed = await names();
    const asked = wanted.length === 0 ? new Set(listed) : withDependencies(wanted, plans);
    // A service of a profile may be started by its name, and is listed only while its profile is on.
    const states = [...new Set([...listed, ...asked])].map((name) =>
      stateOfService(name, containers, plans?.get(name)),
    );
    return { states, asked: states.filter(({ name }) => asked.has(name)) };
  };
  return {
    running: async () => runningIn(await query(PS)),
    look,
    idsOf: async (service) => {
      const own = containersIn(await query(PS)).filter((one) => one.service === service && !one.oneOff);
      return own.filter(({ state }) => state === 'running').map(({ id }) => id);
    },
    ps: async () => (await look()).states,
    logs: async (service, tail, since) => {
      const own = containersIn(await query(PS)).filter((one) => one.service === service && !one.oneOff);
      const several = own.length > 1;
      const window = [...(several ? [] : ['--no-log-prefix']), ...(since ? ['--since', since.toISOString()] : [])];
      // One more than is wanted: whether there is more.
      const result = await compose(['logs', '--no-color', ...window, '--tail', String(tail + 1), service]);
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker compose logs failed: ${lastLine(result)}`);
      return tailOf(result.stdout, tail, several, result.truncated);
    },
  };
}

function withDependencies(wanted: readonly string[], plans: ReadonlyMap<string, ServicePlan> | undefined): Set<string> {
  const all = new Set<string>();
  const visit = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const other of plans?.get(name)?.dependsOn ?? []) visit(other);
  };
  for (const name of wanted) visit(name);
  return all;
}

/** What a command said last. */
export function lastLine({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1)?.slice(0, 300) ?? '';
}
