import type { Json } from '../../model/json.js';
import { retally, type SampleRecord, SAMPLES_FILE, type WindowPlan } from '../../model/judge/window.js';
import { strictJson } from './strict.js';

/** What a window came to, from its records; the window is the plan's. @throws Error when they do not hold together */
export function fromSamples(plan: WindowPlan, read: (name: string) => Buffer | undefined): Json | undefined {
  const lines = read(SAMPLES_FILE)?.toString('utf8').split('\n').filter(Boolean);
  return lines && { ...retally(plan, lines.map(sampleIn)) };
}

function sampleIn(line: string, index: number): SampleRecord {
  const record = strictJson(line);
  if (record === undefined) throw new Error(`line ${index + 1} of ${SAMPLES_FILE} is no record`);
  return record as unknown as SampleRecord;
}
