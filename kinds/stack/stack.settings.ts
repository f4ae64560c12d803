import { StepError } from '../../activities/step/step-error.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { checkStack, openStack } from './driver.js';
import type { stackSettings as kind } from './stack.settings.kind.js';

export const stackSettings: HandlerOf<typeof kind> = {
  check: checkStack,
  async do({ service, env, mounts, ...input }, context) {
    const stack = await openStack(input, context);
    const running = await stack.settings(service);
    if (running.length === 0) {
      throw new StepError('CHECK_FAILED', `Service ${service} does not run, so nobody knows what it would be given.`);
    }
    const has = (name: string, value: string): boolean =>
      running.every((one) => (one.environment[name] ?? '') === value);
    const differs = Object.entries(env)
      .filter(([name, value]) => !has(name, String(value)))
      .map(([name]) => name);
    const missing = mounts.filter((place) => !running.every((one) => one.mounts.includes(place)));
    const names = [...new Set(running.flatMap(({ environment }) => Object.keys(environment)))].toSorted();
    const places = [...new Set(running.flatMap((one) => one.mounts))].toSorted();
    const record = {
      driver: stack.name,
      service,
      containers: running.length,
      variables: names,
      mounts: places,
      differs,
      missing,
    };
    await context.evidence.write('settings.json', `${JSON.stringify(record, null, 2)}\n`);
    if (differs.length + missing.length > 0) {
      const parts = [
        ...(differs.length > 0 ? [`has not the wanted value of ${differs.join(', ')}`] : []),
        ...(missing.length > 0 ? [`has nothing mounted at ${missing.join(', ')}`] : []),
      ];
      throw new StepError('CHECK_FAILED', `Service ${service} ${parts.join(', and ')}.`, {
        facts: { differs, missing },
        evidence: context.evidence.refs(),
      });
    }
    const outputs = { containers: running.length, variables: names.length, mounts: places.length, differs, missing };
    return {
      outputs,
      summary: `${service} was given ${Object.keys(env).length} variables as wanted (of ${names.length}), and ${mounts.length} mounts (of ${places.length})`,
    };
  },
};
