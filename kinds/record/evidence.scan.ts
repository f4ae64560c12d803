import { counted } from '../../model/text/counted.js';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import type { evidenceScan as kind } from './evidence.scan.kind.js';

const NAMED = 10;

export const evidenceScan: HandlerOf<typeof kind> = {
  async do(_input, context) {
    const data = join(context.task.goLive.evidenceDir, 'data');
    const findings: { file: string; credentials: number }[] = [];
    let files = 0;
    for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const path = join(entry.parentPath, entry.name);
      const file = relative(data, path);
      if (!entry.isFile()) throw new StepError('CHECK_FAILED', `${file} of the evidence is no regular file.`);
      const credentials = await context.countCredentials(path);
      files += 1;
      context.progress({ done: files, text: file });
      if (credentials > 0) findings.push({ file, credentials });
    }
    const credentials = findings.reduce((sum, one) => sum + one.credentials, 0);
    await context.evidence.write('scan.json', `${JSON.stringify({ files, credentials, findings }, null, 2)}\n`);
    const found = findings.slice(0, NAMED).map(({ file }) => file);
    const where = found.length === 0 ? '' : `: ${found.join(', ')}`;
    return {
      outputs: { files, credentials, found },
      summary: `${counted(credentials, 'credential')} in ${counted(files, 'file')} of the evidence${where}`,
    };
  },
};
