import type { agentsThaw as kind } from './agents.thaw.kind.js';
import { counted } from '../../model/text/counted.js';
import { withSchedules } from './schedules.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { agentEnv, runAgent, unpause } from './agents.freeze.js';

export const agentsThaw: HandlerOf<typeof kind> = {
  async do(input, context) {
    const env = await agentEnv(input, context);
    for (const { name, thaw } of input.commands) await runAgent(name, { argv: thaw, env }, context);
    if (input.schedules.length > 0) {
      await withSchedules(context, (schedules) =>
        unpause(input.schedules, schedules, `thawed by go-live ${context.task.goLive.id}`),
      );
    }
    const now = { thawed: input.commands.length, schedules: input.schedules.length };
    return { outputs: now, summary: `${counted(now.thawed, 'agent')} and ${counted(now.schedules, 'schedule')} go on` };
  },
};
