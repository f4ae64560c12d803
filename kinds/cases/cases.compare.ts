import { z } from 'zod';
import type { casesCompare as kind } from './cases.compare.kind.js';
import { compare, type Run } from './cases.compare.recompute.js';
import { confusionOf } from './metrics.js';
import { readResults } from './results.js';
import { asStep } from '../shared/as-step.js';
import { readJson } from '../shared/json.js';
import { readWhole } from '../shared/read-file.js';
import { accountText, figuresOfAccount, ReadingError, refuseUnreadable } from '../shared/reading.js';
import { textOf } from '../shared/text.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';

type Input = z.infer<(typeof kind)['input']>;

export const casesCompare: HandlerOf<typeof kind> = {
  async do(input, context) {
    const baseline = await baselineOf(input, context);
    const current: Run = { verdicts: input.current, confusion: input.currentConfusion };
    if (!baseline) {
      await context.evidence.write('compare.json', `${JSON.stringify({ compared: false })}\n`);
      return {
        outputs: {
          looked: 0,
          unreadable: 0,
          leftOut: Object.keys(current.verdicts ?? {}).length,
          compared: false,
          changed: 0,
          worstClass: 'none',
          exceeds: false,
        },
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
      summary: `${changed.length} of ${Object.keys(before).length} cases changed; largest drop of a class ${drop ? `${(drop.drop * 100).toFixed(0)} points (${drop.verdict})` : 'not known'}${accountText(figuresOfAccount(outputs))}`,
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
  const bytes = await readWhole(path, 'The earlier run');
  return asStep(() => (path.endsWith('.jsonl') ? runOfResults(bytes, input) : runOfMetrics(bytes, path)));
}

function runOfResults(bytes: Uint8Array, { unreadable, baselineFile = '' }: Input): Run {
  const { results, account } = readResults(bytes);
  refuseUnreadable(account, unreadable, `lines of ${baselineFile}`);
  const verdicts = Object.fromEntries(results.map(({ id, verdict }) => [id, verdict ?? 'none']));
  return { verdicts, confusion: confusionOf(results), unreadable: account.unreadable };
}

const metrics = z
  .object({
    verdicts: z.record(z.string(), z.string()).optional(),
    confusion: z.record(z.string(), z.number().min(0)).optional(),
  })
  .refine(({ verdicts, confusion }) => verdicts !== undefined || confusion !== undefined);

function runOfMetrics(bytes: Uint8Array, path: string): Run {
  const { value, why } = readJson(textOf(bytes, `The earlier run ${path}`));
  if (value === undefined) throw new ReadingError('CHECK_FAILED', `The earlier run ${path} ${why}.`);
  const { data, error } = metrics.safeParse(value);
  if (data) return data;
  throw new ReadingError('CHECK_FAILED', `${path} is no results.jsonl or metrics.json of an earlier run.`, error);
}
