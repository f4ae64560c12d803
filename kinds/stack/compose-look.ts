import type { CommandResult } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { tailOf } from './compose-logs.js';
import { containersIn, plansIn, runningIn, stateOfService } from './compose-ps.js';
import type { Running } from './compose-undo.js';
import type { StackDriver } from './contract.js';

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
): Pick<StackDriver, 'ps' | 'logs'> & { running: () => Promise<Running> } {
  const names = async (): Promise<string[]> => (await query(['config', '--services'])).split('\n').filter(Boolean);
  return {
    running: async () => runningIn(await query(PS)),
    ps: async () => {
      const containers = containersIn(await query(PS));
      // Where the definition cannot be asked for, nobody is known to be meant to end.
      const plans = plansIn((await compose(['config', '--format', 'json'])).rawStdout);
      return (await names()).map((name) => stateOfService(name, containers, plans?.get(name)));
    },
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

/** What a command said last. */
export function lastLine({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1)?.slice(0, 300) ?? '';
}
