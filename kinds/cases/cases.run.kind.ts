import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { accountOutputs } from '../shared/reading.js';
import type { Json } from '../../model/json.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';
import { runnerField } from './batch-fields.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

const count = z.number();
const share = z.number().min(0).max(1).optional();

export const casesRun = defineKind({
  title: 'Case run',
  about:
    'Posts each case of a manifest to the service at a stated pace, or has the team’s own batch script do it, and measures the verdicts against the oracle.',
  input: z.strictObject({
    manifest: z.string().min(1).describe('Path of the manifest of cases.'),
    url: z
      .string()
      .max(4000)
      .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://')
      .describe('The endpoint; gets {case_id, documents} as JSON.'),
    minInterval: duration.describe('Shortest time between two sends; live batches need 2.5s or more.'),
    retries429: z
      .int()
      .min(0)
      .max(50)
      .describe('How often a rate-limited case is tried again; live batches need 6 or more.'),
    token: secretRef.nullable().optional().describe('Sent as a bearer token; null for none.'),
    timeout: duration.prefault('1m').describe('Time for one answer.'),
    seed: z.int().optional().describe('Seed that the manifest must have been made with.'),
    unreadable: z
      .strictObject({ atMost: z.int().min(0).max(100_000) })
      .optional()
      .describe(
        'How many answers may be no verdict; with more, the step fails. Without it they fail nothing and have their figures.',
      ),
    runner: runnerField,
    requireStubFalse: z
      .boolean()
      .default(false)
      .describe('Stop at the first stubbed answer, and at a line of the team’s script that does not tell.'),
  }),
  outputs: z.object({
    ...accountOutputs,
    total: count.describe('Cases of the manifest.'),
    comparable: count.describe('Cases whose answer was mapped to pass, warn, reject or blocked.'),
    agreed: count.describe('Comparable cases with the expected verdict.'),
    accuracy: share.describe('agreed / comparable'),
    recallPass: share.describe('Of the comparable cases expected to pass, those that did.'),
    criticalFalsePass: count.describe('Expected reject, got pass.'),
    http422: count.optional().describe('Not there where a line of the team’s script does not tell its status.'),
    exhausted429: count.optional().describe('Cases that ran out of 429 retries; likewise.'),
    exhausted429Share: share.describe('exhausted429 / total'),
    retries429: count.optional().describe('Sends that were answered 429 and tried again; not there where untold.'),
    blocked: count,
    blockedShare: share.describe('blocked / total'),
    blockedAmongExpectedPass: share.describe('Of the comparable cases expected to pass, those that were blocked.'),
    maxClassBlockedShare: share.describe('Largest blocked share of a class not expected blocked.'),
    stubbed: count.optional().describe('Answers that said they were stubs; not there where a line does not tell.'),
    durationMs: z.number().describe('From the first send to the last answer, crashes included.'),
    credentials: count.describe('Credentials that nobody declared, found in what the answers told and masked.'),
    verdicts: z.record(z.string(), z.string()).optional().describe('Verdict by case id; absent above 200 cases.'),
    confusion: z.record(z.string(), z.number()).describe('Count by "expected>got".'),
    runner: z
      .string()
      .optional()
      .describe('The program of the team’s own script; not there where golive sent the cases.'),
  }),
  effect: 'idempotent',
  reach: ({ url }) => url,
  writes: ({ runner }) => member(runner, 'file'),
  pins: ({ runner }) => ({ names: member(runner, 'argv'), folder: member(runner, 'cwd') }),
  runs: ({ runner }) => ({ names: first(member(runner, 'argv')), folder: member(runner, 'cwd') }),
  env: ({ runner }) => (runner === undefined || runner === 'golive' ? undefined : ['runner', 'env']),
  undo: null,
  meets: {
    'an answer that is no verdict':
      'unreadable and not comparable: no accuracy counts it. Its figures are for gates; with `unreadable.atMost` it fails the step',
    'an answer of more than 1 MiB, or no text': 'no verdict',
    'a manifest that is half-written or no manifest': 'an error that names the place',
    'a case that stands twice': 'refused before the first is sent',
    'results of an earlier attempt': 'kept: a case with a recorded answer is not sent again',
    'a script that ends with another code than 0, or ends before every case has its line':
      'what it wrote is read to the end, and the step fails with how far it came',
    'a script that never writes': 'the step fails: not one case is known',
    'a line that is no JSON (NaN is none), names no case of the manifest, or has one once more':
      'the script is stopped and the step fails, with the line and what is wrong with it',
    'a last line without an end': 'counts when it is whole, when the script has ended; else it is half-written',
    'a word for a verdict that is none of the four nor of `classes`': 'no verdict, with the word',
    'a verdict beside a status that is not 200': 'no verdict, with the status: the service gave no answer',
    'a figure that a line does not tell (status, attempts, stub)':
      'is not there for the whole run, so that a gate on it is inconclusive',
    'an oracle of the script that differs from the manifest': 'fails the step with both',
    'a file that is rewritten, truncated, replaced or removed while it is read': 'the step fails, and says which',
    'a file that holds something before the script begins':
      'refused, unless `earlier: left`: then it must stay as it is',
    'a byte order mark, CRLF, UTF-16': 'read as they are; UTF-16 by its byte order mark',
    'a line of more than 256 KiB': 'fails the step',
    'a script whose worker was lost':
      'with `resumes: true` it is started again, and what was read must still stand there; else a person is asked',
  },
  example: `id: run1
uses: cases.run
timeout: 45m
with:
  manifest: cases/smoke20.json
  url: http://127.0.0.1:8000/api/validate/
  minInterval: 3s
  retries429: 8
`,
  sample: {
    looked: 20,
    unreadable: 0,
    leftOut: 0,
    total: 20,
    comparable: 20,
    agreed: 18,
    accuracy: 0.9,
    recallPass: 0.875,
    criticalFalsePass: 0,
    http422: 0,
    exhausted429: 0,
    exhausted429Share: 0,
    retries429: 2,
    blocked: 1,
    blockedShare: 0.05,
    blockedAmongExpectedPass: 0,
    maxClassBlockedShare: 0,
    stubbed: 0,
    durationMs: 61_200,
    credentials: 0,
    verdicts: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`case-${at + 1}`, sampleVerdict(at)])),
    confusion: {
      'pass>pass': 7,
      'pass>warn': 1,
      'warn>warn': 5,
      'reject>reject': 5,
      'reject>warn': 1,
      'blocked>blocked': 1,
    },
  },
  leaves: [
    'results.jsonl',
    'output.log',
    'metrics.json',
    'confusion_matrix.csv',
    'failed_cases.csv',
    'rate_limit_stats.json',
    'blocked_cases.csv',
  ],
  shows: [
    {
      as: 'matrix',
      title: 'Confusion matrix',
      place: 'figures',
      output: 'confusion',
      about:
        'Rows: the verdict the oracle expects. Columns: the verdict the system gave. The diagonal is agreement; a framed cell is a critical false pass (a reject that was let pass).',
      corner: 'expected ↓ got →',
      order: ['pass', 'warn', 'reject', 'blocked'],
      alarm: { row: 'reject', column: 'pass' },
    },
    {
      as: 'figures',
      title: 'Rate limit',
      place: 'figures',
      outputs: ['exhausted429', 'exhausted429Share', 'retries429'],
      file: 'rate_limit_stats.json',
      titles: {
        casesLimited: 'Cases that were limited',
        retries429: 'Tried again after 429',
        exhausted429: 'Out of retries',
        exhausted429Share: 'Share out of retries',
        mostRetriesOfACase: 'Most retries of a case',
      },
    },
    {
      as: 'rows',
      title: 'Failed cases',
      place: 'failures',
      file: 'failed_cases.csv',
      titles: { id: 'Case', status: 'HTTP status', retries429: 'Tried again after 429' },
    },
    {
      as: 'rows',
      title: 'What blocked cases told',
      place: 'failures',
      file: 'blocked_cases.csv',
      titles: { id: 'Case', extraction: 'Extraction summary', severities: 'Severities of issues' },
    },
  ],
  running: z.object({
    done: count.describe('Cases answered so far.'),
    total: count.describe('Cases of the manifest.'),
    blocked: count,
    blockedShare: z.number().describe('Blocked so far / all cases of the manifest: once true it stays true.'),
    maxClassBlockedShare: z
      .number()
      .describe('Largest, over classes not expected blocked, of blocked so far / all cases of the class.'),
    criticalFalsePass: count,
    http422: count,
    exhausted429: count,
    comparable: count,
    agreed: count,
  }),
});

function first(argv: Json | undefined): Json | undefined {
  return Array.isArray(argv) ? argv[0] : undefined;
}

function sampleVerdict(at: number): string {
  return at < 7 ? 'pass' : at < 14 ? 'warn' : at < 19 ? 'reject' : 'blocked';
}
