import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { figureTally } from '../record/figure.js';
import { nodesAt, uncountable } from '../shared/json-path.js';
import { exactJson, readJsonInTurns } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type Scalar, shownValue, type Told, oneFigure } from '../shared/one-figure.js';
import type { httpRead as kind } from './http.read.kind.js';

type Input = z.infer<(typeof kind)['input']>;
type Wanted = Exclude<Input['values'][string], string>;

/** What the record says of an answer. */
const record = z.object({
  status: z.number(),
  ms: z.number(),
  bytes: z.number(),
  credentials: z.int(),
  body: z.string(),
});

/** The step leaves its answer, and the figures are of that. */
export const recomputeHttpRead: RecomputeOf<typeof kind> = async (input, read) => {
  const bytes = read('answer.json');
  if (bytes === undefined) return undefined;
  const { status, ms, bytes: size, credentials, body } = record.parse(exactJson(bytes.toString('utf8')));
  return { ...(await figuresIn(body, input.values)), status, ms, bytes: size, sha256: digestOf(body), credentials };
};

/** Digest of an answer as it is kept. */
export function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/**
 * The named figures of an answer.
 *
 * @param body as it is kept
 * @throws ReadingError CHECK_FAILED for what is no JSON to rely on
 */
export async function figuresIn(
  body: string,
  wanted: Input['values'],
): Promise<Pick<z.infer<(typeof kind)['outputs']>, 'values' | 'unknown'>> {
  const { value: document, why } = await readJsonInTurns(body);
  if (document === undefined) {
    throw new ReadingError(
      'CHECK_FAILED',
      why === 'is no JSON' ? `it is no JSON: ${shownValue(body)}` : `its JSON ${why}`,
    );
  }
  const values: [string, Scalar][] = [];
  const unknown: [string, string][] = [];
  for (const [name, one] of Object.entries(wanted)) {
    // One path may take long; heartbeats go on between two of them.
    await setImmediate();
    const asked = typeof one === 'string' ? { path: one } : one;
    const told = figureIn(document, asked);
    if ('value' in told) values.push([name, told.value]);
    else unknown.push([name, `${asked.path}: ${told.why}`]);
  }
  return { values: Object.fromEntries(values), unknown: Object.fromEntries(unknown) };
}

function figureIn(document: Json, { path, as, reduce }: Wanted): Told {
  const nodes = nodesAt(document, path);
  if (reduce === undefined) {
    return nodes.length > 1
      ? { why: `${nodes.length} values are there, as ${shownValue(nodes[0])}; name one of them, or say \`reduce\`` }
      : oneFigure(nodes[0], as);
  }
  const uncounted = reduce === 'count' ? uncountable(document, path) : undefined;
  if (uncounted !== undefined) return { why: uncounted };
  const text = nodes.find((node) => typeof node === 'string');
  if (reduce !== 'count' && as !== 'number' && text !== undefined) {
    return { why: `${shownValue(text)} is a text: say \`as: number\` if it writes a number` };
  }
  const tally = figureTally({ path, reduce }, { cells: false, mayFail: 0, before: false });
  tally.take(document, 0);
  const figure = tally.figure();
  return 'why' in figure ? figure : oneFigure(figure.value, 'number');
}
