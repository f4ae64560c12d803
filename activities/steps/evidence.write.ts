import type { evidenceWrite as kind } from '../../model/schema/steps/evidence.write.js';
import type { HandlerOf } from '../step.js';

export const evidenceWrite: HandlerOf<typeof kind> = {
  async do({ name, text }, context) {
    const { goLive } = context.task;
    const scaled = goLive.timeScale > 1 ? `, time ×${goLive.timeScale}` : '';
    const mode = goLive.mode === 'live' ? '' : ` · REHEARSAL${scaled}`;
    const content = `${text.trimEnd()}\n\n---\n${goLive.id}${mode} · written ${context.now().toISOString()} from what was measured\n`;
    const { bytes, sha256 } = await context.evidence.write(name, content);
    return { outputs: { bytes, digest: sha256 }, summary: `wrote ${name}, ${bytes} bytes` };
  },
};
