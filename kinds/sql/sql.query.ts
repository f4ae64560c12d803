import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../model/json.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { figuresText } from '../shared/one-figure.js';
import { placeOf } from './place.js';
import { queryDatabase } from './query-database.js';
import type { sqlQuery as kind } from './sql.query.kind.js';
import { answerRecord, outputsOf } from './sql.query.recompute.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;

/** How long a look before anything is begun may take. */
const CHECK_MS = 10_000;

export const sqlQuery: HandlerOf<typeof kind> = {
  async check(input, context) {
    const place = await placeOf(input, context, new Date());
    const timeoutMs = Math.min(input.timeout, CHECK_MS);
    const asked = { query: 'SELECT 1', values: [], most: 1, maxBytes: input.maxBytes, timeoutMs };
    const { version } = await queryDatabase(place, asked, context);
    return `${place.where} lets this user in: ${version}.`;
  },
  async do(input, context) {
    const place = await placeOf(input, context, context.now());
    const begun = performance.now();
    const { query, values, maxBytes, timeout: timeoutMs } = input;
    const most = input.rows === 'one' ? 1 : input.most;
    const { version, table, warnings } = await queryDatabase(
      place,
      { query, values, most, maxBytes, timeoutMs },
      context,
    );
    const ms = Math.round(performance.now() - begun);
    const raw = {
      engine: input.engine,
      server: version,
      at: context.now().toISOString(),
      query,
      values,
      ...table,
      warnings,
      ms,
    };
    const record = await kept(raw, context);
    await context.evidence.write('answer.json', `${JSON.stringify(record, null, 2)}\n`);
    const outputs = outputsOf(input, answerRecord.parse(record));
    return { outputs, summary: `${place.where}: ${sentence(input, outputs)} in ${ms} ms` };
  },
};

/** A record without secrets and credentials; the figures are of that. */
async function kept(raw: JsonObject, context: StepContext): Promise<JsonObject> {
  const redacted = context.redactIn(raw);
  const { value, credentials } = await context.withoutCredentialsIn(isJsonObject(redacted) ? redacted : {});
  const record = { ...value, credentials };
  if (answerRecord.safeParse(record).success) return record;
  throw new StepError('EXPECTATION_FAILED', 'What the database answered cannot be kept without the secrets in it.', {
    hint: 'Ask for less: leave the columns that hold secrets out of the query.',
  });
}

function sentence({ rows: wanted }: Input, { values, unknown, rows }: Outputs): string {
  const figures = Object.keys(values).length + Object.keys(unknown).length > 0 ? figuresText(values, unknown) : '';
  if (wanted === 'one') return figures || 'no figures';
  return [rows === undefined ? '' : `${rows} ${rows === 1 ? 'row' : 'rows'}`, figures].filter(Boolean).join('; ');
}
