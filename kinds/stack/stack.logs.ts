import type { stackLogs as kind } from './stack.logs.kind.js';
import { matchLines } from '../shared/patterns.js';
import { checkStack, openStack } from './driver.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { counted } from '../../model/text/counted.js';

export const stackLogs: HandlerOf<typeof kind> = {
  check: checkStack,
  async do(input, context) {
    const stack = await openStack(input, context);
    const outputs = { lines: 0, critical: 0, errors: 0, cut: [] as string[], credentials: 0 };
    let first = '';
    for (const [service, tail] of Object.entries(input.services)) {
      const { lines, shown, cut } = await stack.logs(service, tail);
      const masked = await context.withoutCredentials(shown.map((line) => `${line}\n`).join(''));
      await context.evidence.write(`${service}.log`, masked.text);
      outputs.credentials += masked.credentials;
      if (cut) outputs.cut.push(service);
      const [critical = [], errors = []] = matchLines([input.patterns.critical, input.patterns.error], lines);
      outputs.lines += lines.length;
      outputs.critical += critical.length;
      const worst = new Set(critical);
      outputs.errors += errors.filter((at) => !worst.has(at)).length;
      const [at] = critical;
      if (!first && at !== undefined) {
        const { text } = await context.withoutCredentials(lines[at] ?? '');
        first = `; the first, of ${service}: ${context.redact(text).slice(0, 200)}`;
      }
    }
    const { lines, critical, errors, cut } = outputs;
    const longer = cut.length === 0 ? '' : `; ${cut.join(', ')} said more before, which was not looked at`;
    return {
      outputs,
      summary: `${counted(lines, 'line')}, ${critical} critical, ${counted(errors, 'error')}${longer}${first}`,
    };
  },
};
