import type { Json } from '../../model/json.js';
import { outcomeFrom, type SampleRecord, SAMPLES_FILE } from '../../model/judge/window.js';
import type { StepPlan } from '../../model/plan/plan.js';
import { strictJson } from './strict.js';

/** What a step with `window` gave, from its records by its plan. @throws Error when they do not hold together */
export function fromSamples(
  { window, guards }: Pick<StepPlan, 'window' | 'guards'>,
  read: (name: string) => Buffer | undefined,
  timeScale: number,
): Json | undefined {
  const lines = read(SAMPLES_FILE)?.toString('utf8').split('\n').filter(Boolean);
  return window && lines && outcomeFrom(window, lines.map(sampleIn), guards, timeScale);
}

function sampleIn(line: string, index: number): SampleRecord {
  const record = strictJson(line);
  if (record === undefined) throw new Error(`line ${index + 1} of ${SAMPLES_FILE} is no record`);
  return record as unknown as SampleRecord;
}
