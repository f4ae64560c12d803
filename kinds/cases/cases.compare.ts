import type { z } from 'zod';
import type { casesCompare as kind } from './cases.compare.kind.js';
import { compare, type Run } from './cases.compare.recompute.js';
import { type CaseResult, confusionOf } from './metrics.js';
import { readNeeded } from '../shared/replace.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

export const casesCompare: HandlerOf<typeof kind> = {
  async do(input, context) {
    const baseline = await baselineOf(input, context);
    const current: Run = { verdicts: input.current, confusion: input.currentConfusion };
    if (!baseline) {
      await context.evidence.write('compare.json', `${JSON.stringify({ compared: false })}\n`);
      return {
        outputs: { compared: false, changed: 0, worstClass: 'none', exceeds: false },
        summary: 'no earlier run to compare with',
      };
    }
    const { before, now, changed, drop, agreed, outputs } = compare(baseline, current, input.maxDrop);
    const record = {
      compared: true,
      agreement: agreed,
      drop,
      changed: changed.map((id) => ({ id, before: before[id], now: now[id] ?? null })),
    };
    await context.evidence.write('compare.json', `${JSON.stringify(record, null, 2)}\n`);
    return {
      outputs,
      summary: `${changed.length} of ${Object.keys(before).length} cases changed; largest drop of a class ${drop ? `${(drop.drop * 100).toFixed(0)} points (${drop.verdict})` : 'not known'}`,
    };
  },
};

async function baselineOf(input: Input, context: StepContext): Promise<Run | undefined> {
  if (input.baselineFile === undefined) {
    return input.baseline || input.baselineConfusion
      ? { verdicts: input.baseline, confusion: input.baselineConfusion }
      : undefined;
  }
  const path = context.path(input.baselineFile);
  if (!(await exists(path))) return undefined;
  const text = (await readNeeded(path, 'The earlier run')).toString('utf8');
  try {
    if (path.endsWith('.jsonl')) {
      const results = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as CaseResult);
      return {
        verdicts: Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none'])),
        confusion: confusionOf(results),
      };
    }
    const { confusion, verdicts } = JSON.parse(text) as Run;
    return { confusion, verdicts };
  } catch {
    throw new StepError('EXPECTATION_FAILED', `${path} is no results.jsonl or metrics.json of an earlier run.`);
  }
}
