import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';
import { asStep } from '../shared/as-step.js';
import { readWhole } from '../shared/read-file.js';
import { textOf } from '../shared/text.js';
import type { docsCheck as kind } from './docs.check.kind.js';
import { docsOf, documentName, markdownOf, placeOf, type Read } from './docs.check.recompute.js';
import { type Markdown, readMarkdown } from './markdown.js';

/** Most of one document, in bytes: it is in memory as a whole, and looked through at once. */
const LARGEST = 4 * 1024 * 1024;

export const docsCheck: HandlerOf<typeof kind> = {
  async do(input, context) {
    const documents: (Markdown | undefined)[] = [];
    const read: Read = { present: [], targets: {}, credentials: 0 };
    const refs = () => ({ evidence: context.evidence.refs() });
    for (const [at, { path }] of input.documents.entries()) {
      const whole = await documentAt(path, context);
      read.present.push(whole !== undefined);
      // What is judged is what an auditor has: the document without credentials.
      const masked = whole === undefined ? undefined : await context.bytesWithoutCredentials(whole);
      if (masked) await context.evidence.write(documentName(at), masked.bytes);
      read.credentials += masked?.credentials ?? 0;
      documents.push(asStep(() => markdownOf(input, at, masked?.bytes), refs));
    }
    if (input.links) await lookAtTargets(input, documents, read, context);
    await context.evidence.write('read.json', `${JSON.stringify(read)}\n`);
    const { outputs, findings } = docsOf(input, documents, read);
    const rows = findings.map(({ file, line, what }) => [file, line, what]);
    const table = stringify([['file', 'line', 'finding'], ...rows], { escape_formulas: true });
    await context.evidence.write('findings.csv', table);
    const { present, missing, thinDocuments, links, brokenLinks, externalLinks } = outputs;
    return {
      outputs,
      summary: `${counted(present, 'document')}, ${missing} missing, ${thinDocuments} thin; ${brokenLinks} of ${counted(links, 'link')} broken, ${externalLinks} to elsewhere not followed`,
    };
  },
};

async function documentAt(path: string, context: StepContext): Promise<Buffer | undefined> {
  try {
    return await readWhole(context.path(path), 'The document', LARGEST);
  } catch (error) {
    // Not there is an answer; there and not to be read is none.
    if (error instanceof StepError && error.code === 'NOT_FOUND' && /\(ENOENT\)/.test(error.message)) return undefined;
    throw error;
  }
}

/** Looks what the links of documents lead to, each once. */
async function lookAtTargets(
  { documents: asked, root }: Parameters<typeof docsOf>[0],
  documents: readonly (Markdown | undefined)[],
  read: Read,
  context: StepContext,
): Promise<void> {
  for (const [at, document] of documents.entries()) {
    for (const { to } of document?.links ?? []) {
      if (context.signal.aborted) throw new StepError('CANCELLED', 'The reading was stopped.');
      const place = placeOf(to, asked[at]?.path ?? '', root);
      if (place === 'elsewhere' || Object.hasOwn(read.targets, place.path)) continue;
      const own = asked.findIndex(({ path }) => posix.normalize(path) === place.path);
      const known = own < 0 ? undefined : documents[own];
      read.targets[place.path] = known
        ? { there: true, anchors: [...known.anchors] }
        : await targetAt(place.path, context);
    }
  }
}

async function targetAt(path: string, context: StepContext): Promise<Read['targets'][string]> {
  let place: string;
  try {
    place = context.path(path);
  } catch (error) {
    if (error instanceof StepError && error.code === 'BAD_INPUT') return { there: false };
    throw error;
  }
  const stats = await stat(place).catch(() => undefined);
  if (stats === undefined) return { there: false };
  if (!stats.isFile() || !/\.(?:md|markdown)$/i.test(path)) return { there: true };
  const bytes = await readWhole(place, 'The document', LARGEST);
  return { there: true, anchors: [...readMarkdown(asStep(() => textOf(bytes, path))).anchors] };
}
