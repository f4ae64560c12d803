import { z } from 'zod';
import { environment } from '../../model/schema/format/environment.js';
import { jsonPathProblem } from '../shared/json-path-query.js';
import { where } from '../shared/where.js';
import { VERDICT_CLASSES } from './verdict-class.js';

const column = z
  .string()
  .min(1)
  .max(300)
  .superRefine((text, context) => {
    const problem = text.startsWith('$') && !text.includes('${{') ? jsonPathProblem(text) : undefined;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .describe('Name of a member, dotted for one within another, or a JSONPath that begins with `$`.');

/** Where a line of the script says what. Names that are not given are looked for, and may be missing. */
const columns = z
  .strictObject({
    id: column.default('case_id'),
    verdict: column.default('verdict'),
    expected: column
      .default('expected')
      .describe('What the script takes for the oracle; it must agree with the manifest.'),
    status: column.default('http_status'),
    attempts: column.default('attempts').describe('Sends of the case: all but the last were answered 429.'),
    stub: column.default('stub'),
    seconds: column.default('seconds'),
    severities: column.default('severities'),
    issues: column.default('issues'),
    structuredKeys: column.default('structured_keys'),
    extraction: column.default('extraction_summary'),
    lcDetected: column.default('lc_detected'),
    documentsPresent: column.default('documents_present'),
  })
  .prefault({});

/** A batch script of the team's own, which sends the cases instead of golive. */
export const batchFields = z.strictObject({
  argv: z
    .array(z.string().max(8192))
    .min(1)
    .max(256)
    .describe('Program and arguments, each an item of its own, without a shell.'),
  file: z.string().min(1).max(1000).describe('The JSON lines that it writes: an object a case.'),
  cwd: z.string().min(1).optional().describe('Folder it runs in; by default the one that holds the runbook.'),
  env: environment.default({}).describe('Added to the allow-listed environment; a secret by reference.'),
  columns: columns.describe('Where a line says what.'),
  classes: z
    .record(z.string().min(1).max(100), z.enum(VERDICT_CLASSES))
    .default({})
    .describe('The script’s words for pass, warn, reject and blocked; the four themselves need none.'),
  where: where
    .optional()
    .describe('Only lines with these values are results; others are left out, and counted in the summary.'),
  earlier: z
    .enum(['refused', 'left'])
    .default('refused')
    .describe('What stands in the file before the script begins: `refused`, or `left` as it is and not read.'),
  resumes: z
    .boolean()
    .default(false)
    .describe(
      'Started again after a kill, it goes on with the cases that its file lacks; without it a person is asked.',
    ),
});
export type BatchFields = z.infer<typeof batchFields>;

/** Who sends the cases. */
export const runnerField = z
  .union([z.literal('golive'), batchFields])
  .default('golive')
  .describe(
    '`golive`, or the team’s own batch script, whose lines are read while it writes them. In its `argv`, `file` and `env`, {manifest}, {file}, {url}, {minInterval} (seconds), {retries} and {run} (phase, attempt and step) are filled in.',
  );
