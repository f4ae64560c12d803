import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';
import { jsonPath } from '../service/json-path.js';
import { SEVERITIES } from './severities.js';
import { toolFields } from './tool-fields.js';

const proof = z
  .union([
    z.strictObject({
      scanned: jsonPath.describe('What was scanned: a number, a list, or the places that are counted.'),
      atLeast: z.int().min(1).default(1),
    }),
    z.strictObject({
      canary: z
        .string()
        .min(1)
        .regex(/[^/]$/, 'the whole path of what was planted, not its folder')
        .describe(
          'Where something to be found was planted: the path of the file, whole or its last parts, or the whole name of a package. One finding there is the proof and does not count; all others do.',
        ),
      rule: z.string().min(1).optional().describe('By which rule it must be found.'),
      severity: z
        .enum(SEVERITIES)
        .default('high')
        .describe(
          'How severe it must be told at least: a tool that calls all it finds a warning is never seen by a gate on what is high.',
        ),
    }),
  ])
  .describe('What proves that the tool looked at anything.');

const where = {
  file: z
    .string()
    .min(1)
    .optional()
    .describe('Where the tool writes its report; by default it is what it prints. What stood there before is removed.'),
  proof,
  problemsAtMost: z.int().min(0).default(0).describe('How much the tool may say that it could not look at.'),
};

export const reportField = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('sarif'), ...where }),
  z.strictObject({
    format: z.literal('json'),
    ...where,
    findings: jsonPath.describe('Every finding.'),
    severity: jsonPath.describe('In a finding.'),
    map: z.record(z.string(), z.enum(SEVERITIES)).default({}).describe('The tool’s own words for a severity.'),
    rule: jsonPath.optional(),
    path: jsonPath.optional().describe('Where it is; where it selects several places, each is a finding of its own.'),
    line: jsonPath.optional(),
    message: jsonPath.optional(),
    problems: jsonPath.optional().describe('What the tool says that it could not look at.'),
  }),
]);

const count = z.int();

export const securityScan = defineKind({
  title: 'Security scan',
  about:
    'Runs a scanner and counts its findings by severity; a tool that is missing, broken, or scanned nothing counts as not run, never as no findings.',
  input: z.strictObject({
    ...toolFields,
    report: reportField,
    baseline: z
      .string()
      .min(1)
      .optional()
      .describe('JSON of reviewed findings: `[{ id, reason, by, until }]`; those do not count among the severities.'),
  }),
  outputs: z.object({
    findings: count.describe('Findings that nobody reviewed.'),
    critical: count,
    high: count.describe('With those whose severity the report does not say.'),
    medium: count,
    low: count,
    info: count,
    unrated: count.describe('Findings without a severity that is known; they count as high.'),
    accepted: count.describe('Findings that stand in the baseline.'),
    expired: count.describe('Entries of the baseline whose last day is over, and whose finding is there.'),
    stale: count.describe('Entries of the baseline whose finding is not there any more.'),
    suppressed: count.describe('Findings that the source itself silences, where the report tells.'),
    problems: count.describe('What the tool said that it could not look at.'),
    scanned: z.number().optional().describe('How much was scanned, where the report says it.'),
    version: z.string().describe('What the scanner said of itself.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept report.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ report }) => member(report, 'file'),
  pins: ({ argv: run, cwd, baseline }) => ({ names: [run ?? null, baseline ?? null].flat(), folder: cwd }),
  runs: ({ argv: run, version, cwd, env }) => ({
    names: [run, version].map((one) => (Array.isArray(one) ? (one[0] ?? null) : null)),
    folder: cwd,
    path: member(env, 'PATH'),
  }),
  env: () => ['env'],
  undo: null,
  meets: {
    'a tool that is missing, or does not say its version': 'the step fails: nothing was scanned',
    'an exit code that is not expected, a timeout': 'the step fails, whatever the report says',
    'no report, an empty or torn one, or another format': 'counts as not run: the step fails',
    'a report of an earlier run': 'is removed before the tool begins',
    'a report of nothing':
      'needs `proof`: how much was scanned, by the report itself, or a planted finding that must be there',
    'more than one finding at the place of what was planted':
      'one does not count, the least of them; all others do. `rule` says which one it must be',
    'one finding of several places, the planted one among them':
      'counts as not run where `path` takes one of them: `$.nodes[*]` makes each a finding',
    'what was planted, told as less severe than `proof.severity`':
      'counts as not run: let the tool say `error` of such rules (oxlint: `-D RULE`), or `map` its words',
    'a scan that could not parse a file': 'is a problem; with more than `problemsAtMost` the step fails',
    'a finding without a severity, or with a word that is not known': 'counts as high, and as `unrated`',
    'a finding that the source silences (`nosec`)': 'does not count where SARIF tells of it, and `suppressed` does',
    'a reviewed finding': 'is matched by its rule, file and message, not by its line; its entry ends with its last day',
  },
  example: `id: sast
uses: security.scan
with:
  argv: [semgrep, scan, --config, rules/, --metrics=off, --json, --output, out/semgrep.json, src/]
  version: [semgrep, --version]
  report:
    format: json
    file: out/semgrep.json
    findings: $.results[*]
    severity: $.extra.severity
    map: { ERROR: high, WARNING: medium, INFO: low }
    rule: $.check_id
    path: $.path
    line: $.start.line
    message: $.extra.message
    problems: $.errors[*].message
    proof: { scanned: "$.paths.scanned[*]" }
  baseline: reviewed-findings.json
`,
  sample: {
    findings: 1,
    critical: 0,
    high: 0,
    medium: 1,
    low: 0,
    info: 0,
    unrated: 0,
    accepted: 2,
    expired: 0,
    stale: 0,
    suppressed: 0,
    problems: 0,
    scanned: 128,
    version: '1.99.0',
    credentials: 0,
  },
  leaves: ['report.json', 'findings.csv', 'scan.json'],
  shows: [
    {
      as: 'figures',
      title: 'Security',
      place: 'figures',
      outputs: ['critical', 'high', 'medium', 'low', 'accepted', 'scanned', 'version'],
    },
    { as: 'rows', title: 'Findings', place: 'failures', file: 'findings.csv' },
  ],
});
