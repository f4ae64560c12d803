import { posix } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';
import { asStep } from '../shared/as-step.js';
import { textOf } from '../shared/text.js';
import type { docsCheck as kind } from './docs.check.kind.js';
import { docsOf, documentName, markdownOf, placeOf, type Read } from './docs.check.recompute.js';
import { commitShelf, folderShelf, type Shelf } from './document-shelf.js';
import { type Markdown, readMarkdown } from './markdown.js';

export const docsCheck: HandlerOf<typeof kind> = {
  async do(input, context) {
    const documents: (Markdown | undefined)[] = [];
    const read: Read = { present: [], targets: {}, credentials: 0 };
    const refs = () => ({ evidence: context.evidence.refs() });
    const shelf =
      input.commit === undefined ? folderShelf(context) : await commitShelf(input.root, input.commit, context);
    for (const [at, { path }] of input.documents.entries()) {
      const whole = await shelf.document(path);
      read.present.push(whole !== undefined);
      // What is judged is what an auditor has: the document without credentials.
      const masked = whole === undefined ? undefined : await context.bytesWithoutCredentials(whole);
      if (masked) await context.evidence.write(documentName(at), masked.bytes);
      read.credentials += masked?.credentials ?? 0;
      documents.push(asStep(() => markdownOf(input, at, masked?.bytes), refs));
    }
    if (input.links) await lookAtTargets(input, documents, read, { shelf, context });
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

/** Looks what the links of documents lead to, each once. */
async function lookAtTargets(
  { documents: asked, root }: Parameters<typeof docsOf>[0],
  documents: readonly (Markdown | undefined)[],
  read: Read,
  { shelf, context }: { shelf: Shelf; context: StepContext },
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
        : await targetAt(place.path, shelf);
    }
  }
}

async function targetAt(path: string, shelf: Shelf): Promise<Read['targets'][string]> {
  const what = await shelf.look(path);
  if (what === undefined) return { there: false };
  if (what !== 'file' || !/\.(?:md|markdown)$/i.test(path)) return { there: true };
  const bytes = await shelf.document(path);
  if (bytes === undefined) return { there: false };
  return { there: true, anchors: [...readMarkdown(asStep(() => textOf(bytes, path))).anchors] };
}
