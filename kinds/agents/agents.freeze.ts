import { z } from 'zod';
import type { agentsFreeze as kind } from './agents.freeze.kind.js';
import { commandEnv } from '../shared/command-env.js';
import { type Schedules, withSchedules } from './schedules.js';
import type { CommandResult, HandlerOf, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';

const COMMAND_MS = 60_000;
/** What a status command ends with: as the page of the kind promises, and nothing else. */
const RUNS = 0;
const HALTED: readonly number[] = [1, 3];

type Input = z.infer<(typeof kind)['input']>;
type Command = Input['commands'][number];

/** A command of an agent, with the environment that the step gives it. */
interface AgentCommand {
  argv: string[];
  env: Record<string, string>;
}

/** What the deed halted, by id and name. */
const haltedSchema = z.object({ schedules: z.array(z.string()), commands: z.array(z.string()) });
type Halted = z.infer<typeof haltedSchema>;

export const agentsFreeze: HandlerOf<typeof kind> = {
  async do(input, context) {
    const before = await halted(context);
    const env = await agentEnv(input, context);
    const running = await runningAgents(input.commands, env, context);
    const freeze = async (schedules?: Schedules): Promise<void> => {
      const going: string[] = [];
      for (const id of input.schedules) if (!(await schedules?.paused(id))) going.push(id);
      // An earlier attempt may have halted some already: they are ours too.
      await context.remember({
        schedules: [...new Set([...before.schedules, ...going])],
        commands: [...new Set([...before.commands, ...running.map(({ name }) => name)])],
      });
      for (const id of going) await schedules?.pause(id, `halted for go-live ${context.task.goLive.id}`);
      for (const { name, freeze: argv } of running) await runAgent(name, { argv, env }, context);
      for (const id of input.schedules) {
        if (!(await schedules?.paused(id)))
          throw new StepError('CHECK_FAILED', `Temporal schedule ${id} still goes on.`);
      }
    };
    if (input.schedules.length > 0) await withSchedules(context, freeze);
    else await freeze();
    const still = await runningAgents(
      input.commands.filter(({ status }) => status),
      env,
      context,
    );
    const runOn = `Still running after their freeze: ${still.map(({ name }) => name).join(', ')}.`;
    if (still.length > 0 && input.judge) throw new StepError('CHECK_FAILED', runOn);
    const unseen = input.commands.filter(({ status }) => !status).length;
    const ran = new Set([...before.commands, ...running.map(({ name }) => name)]).size;
    const now = {
      frozen: input.commands.length - still.length,
      unseen,
      schedules: input.schedules.length,
      ran,
      ...(unseen === 0 ? { running: still.length } : {}),
    };
    const blind = unseen === 0 ? '' : ` (${unseen} of them not seen: no status command)`;
    const halts = `${counted(now.frozen, 'agent')} halted${blind}, ${counted(now.schedules, 'schedule')} paused`;
    return { outputs: now, summary: still.length > 0 ? `${runOn} ${halts}` : halts };
  },

  async undo(input, context) {
    const ours = await halted(context);
    const env = ours.commands.length > 0 ? await agentEnv(input, context) : {};
    const failures: unknown[] = [];
    const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => failures.push(error));
    for (const { name, thaw } of input.commands.toReversed()) {
      if (ours.commands.includes(name)) await attempt(runAgent(name, { argv: thaw, env }, context));
    }
    if (ours.schedules.length > 0)
      await attempt(withSchedules(context, (schedules) => letGoOn(ours, schedules, context)));
    if (failures.length > 0) throw failures[0];
    return {
      summary: `${counted(ours.commands.length, 'agent')} and ${counted(ours.schedules.length, 'schedule')} go on`,
    };
  },
};

async function letGoOn(ours: Halted, schedules: Schedules, context: StepContext): Promise<void> {
  await unpause(ours.schedules, schedules, `after go-live ${context.task.goLive.id}`);
}

/** Lets schedules go on, and sees that they do. @throws StepError CHECK_FAILED */
export async function unpause(ids: readonly string[], schedules: Schedules, note: string): Promise<void> {
  for (const id of ids) if (await schedules.paused(id)) await schedules.unpause(id, note);
  for (const id of ids) {
    if (await schedules.paused(id)) throw new StepError('CHECK_FAILED', `Temporal schedule ${id} is still paused.`);
  }
}

async function halted(context: StepContext): Promise<Halted> {
  const memory = await context.recall();
  if (!memory) return { schedules: [], commands: [] };
  const known = haltedSchema.safeParse(memory);
  if (known.success) return known.data;
  throw new StepError('NOT_FOUND', 'What the step remembered of the agents that it halted cannot be read.', {
    hint: 'Let them go on by hand, then say that the undo is done.',
  });
}

/** Those that run; one that has no way to tell counts as running. @throws StepError COMMAND_FAILED for one that did not tell */
async function runningAgents(
  commands: Command[],
  env: Record<string, string>,
  context: StepContext,
): Promise<Command[]> {
  const running: Command[] = [];
  for (const command of commands) {
    if (!command.status || (await runs(command.name, { argv: command.status, env }, context))) running.push(command);
  }
  return running;
}

async function runs(name: string, status: AgentCommand, context: StepContext): Promise<boolean> {
  const result = await ask(status, context);
  if (result.exitCode === RUNS) return true;
  if (result.exitCode !== null && HALTED.includes(result.exitCode)) return false;
  throw ended(`The status of agent ${name} is not known: ${status.argv[0]}`, result);
}

/** What a step's agents are given; nothing is read where no command runs. */
export async function agentEnv(
  { commands, env }: Pick<Input, 'env'> & { commands: readonly unknown[] },
  context: StepContext,
): Promise<Record<string, string>> {
  return commands.length === 0 ? {} : commandEnv(env, context);
}

/** Runs an agent's command. @throws StepError COMMAND_FAILED */
export async function runAgent(name: string, command: AgentCommand, context: StepContext): Promise<void> {
  const result = await ask(command, context);
  if (result.exitCode !== 0) throw ended(`${command.argv[0]} for agent ${name}`, result);
}

function ended(who: string, { exitCode, signal, stderr }: CommandResult): StepError {
  const how = exitCode === null ? `was ended by ${signal}` : `ended with code ${exitCode}`;
  const { clause, said } = lastWords(stderr);
  return new StepError('COMMAND_FAILED', `${who} ${how}${clause || '.'}`, { said });
}

function ask({ argv, env }: AgentCommand, context: StepContext) {
  return context.run({ argv, env, cwd: context.task.goLive.baseDir, timeoutMs: COMMAND_MS });
}
