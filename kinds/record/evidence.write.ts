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

function asJson(name: string, text: string, { id, mode, timeScale }: GoLiveRef, written: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object');
    return `${JSON.stringify({ ...value, golive: { id, mode, timeScale, written } }, null, 2)}\n`;
  } catch (cause) {
    throw new StepError(
      'BAD_INPUT',
      `${name} would not be a JSON object: ${cause instanceof Error ? cause.message : ''}.`,
      { cause },
    );
  }
}
