import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recomputeOutputs } from '../../kinds/recompute.js';
import type { Json } from '../../model/json.js';
import type { StepRun } from './step-run.js';

/** What an auditor makes of the evidence that a step left; undefined where it does not hold all outputs. */
export function figuresAgain(kind: string, { task, folder }: StepRun): Promise<Json | undefined> {
  return recomputeOutputs(kind, task.input, (name) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined,
  );
}
