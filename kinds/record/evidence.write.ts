import { isLosslessNumber, parse, stringify } from 'lossless-json';
import type { evidenceWrite as kind } from './evidence.write.kind.js';
import type { GoLiveRef } from '../../model/state/contract.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const evidenceWrite: HandlerOf<typeof kind> = {
  async do({ name, text }, context) {
    const { goLive } = context.task;
    const written = context.now().toISOString();
    const content = name.endsWith('.json') ? asJson(name, text, goLive, written) : asPage(text, goLive, written);
    const { bytes, sha256 } = await context.evidence.write(name, content);
    return { outputs: { bytes, digest: sha256 }, summary: `wrote ${name}, ${bytes} bytes` };
  },
};

/** Every page says what it is of, and that it was a rehearsal. */
function asPage(text: string, { id, mode, timeScale }: GoLiveRef, written: string): string {
  const scaled = timeScale > 1 ? `, time ×${timeScale}` : '';
  const rehearsal = mode === 'live' ? '' : ` · REHEARSAL${scaled}`;
  return `${text.trimEnd()}\n\n---\n${id}${rehearsal} · written ${written} from what was measured\n`;
}

/** Numbers stay as they are written, however long they are. */
function asJson(name: string, text: string, { id, mode, timeScale }: GoLiveRef, written: string): string {
  const refuse = (why: string, cause?: unknown): StepError =>
    new StepError('BAD_INPUT', `${name} would not be a JSON object: ${why}.`, { cause });
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : '', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isLosslessNumber(value)) {
    throw refuse('it is no object');
  }
  if ('golive' in value) throw refuse('it has a member golive of its own, where this step says what it is of');
  return `${stringify({ ...value, golive: { id, mode, timeScale, written } }, null, 2)}\n`;
}
