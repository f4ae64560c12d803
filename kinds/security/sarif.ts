import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { ReadingError } from '../shared/reading.js';
import type { Finding, Report } from './findings.js';
import type { Severity } from './severities.js';

const message = z.looseObject({ text: z.string().optional(), markdown: z.string().optional() });
const notification = z.looseObject({ level: z.string().optional(), message: message.optional() });
const properties = z.looseObject({ 'security-severity': z.union([z.string(), z.number()]).optional() });
const ruleSchema = z.looseObject({
  id: z.string(),
  defaultConfiguration: z.looseObject({ level: z.string().optional() }).optional(),
  properties: properties.optional(),
});
const result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.int().optional(),
  rule: z
    .looseObject({
      id: z.string().optional(),
      index: z.int().optional(),
      toolComponent: z.looseObject({ index: z.int().optional() }).optional(),
    })
    .optional(),
  kind: z.string().optional(),
  level: z.string().optional(),
  baselineState: z.string().optional(),
  message: message.optional(),
  locations: z
    .array(
      z.looseObject({
        physicalLocation: z
          .looseObject({
            artifactLocation: z.looseObject({ uri: z.string().optional() }).optional(),
            region: z.looseObject({ startLine: z.int().optional() }).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  suppressions: z.array(z.looseObject({ status: z.string().optional() })).optional(),
  partialFingerprints: z.record(z.string(), z.string()).optional(),
  properties: properties.optional(),
});
const run = z.looseObject({
  tool: z.looseObject({
    driver: z.looseObject({ name: z.string(), rules: z.array(ruleSchema).optional() }),
    extensions: z.array(z.looseObject({ rules: z.array(ruleSchema).optional() })).optional(),
  }),
  invocations: z
    .array(
      z.looseObject({
        executionSuccessful: z.boolean(),
        toolExecutionNotifications: z.array(notification).optional(),
        toolConfigurationNotifications: z.array(notification).optional(),
      }),
    )
    .optional(),
  results: z.array(result).nullish(),
});
const sarif = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(run).min(1) });

type Rule = z.infer<typeof ruleSchema>;
type Result = z.infer<typeof result>;

/**
 * Findings of a SARIF report (OASIS, version 2.1.0).
 *
 * @throws ReadingError EXPECTATION_FAILED for what is none, and for a run that was not made or did not end well: of it, no
 *   finding is no news
 */
export function readSarif(document: Json): Report {
  const { data, error } = sarif.safeParse(document);
  if (!data) {
    const [first] = error.issues;
    throw noReport(`is no SARIF 2.1.0: ${first?.path.join('.') || 'it'}: ${first?.message}`);
  }
  const reports = data.runs.map(readRun);
  return {
    findings: reports.flatMap(({ findings }) => findings),
    suppressed: reports.reduce((sum, { suppressed }) => sum + suppressed, 0),
    problems: reports.flatMap(({ problems }) => problems),
  };
}

function readRun({ tool, invocations = [], results }: z.infer<typeof run>): Report {
  const { name, rules = [] } = tool.driver;
  // Section 3.14.23: absent or null means that no scan was made, an empty list that nothing was found.
  if (!results) throw noReport(`says that ${name} did not scan: it has no results`);
  if (invocations.some(({ executionSuccessful }) => !executionSuccessful)) {
    throw noReport(`says that ${name} did not end well`);
  }
  const told = invocations.flatMap((one) => [
    ...(one.toolExecutionNotifications ?? []),
    ...(one.toolConfigurationNotifications ?? []),
  ]);
  const problems = told.flatMap(({ level = 'warning', message: said }) =>
    level === 'error' || level === 'warning' ? [said?.text ?? level] : [],
  );
  const extensions = (tool.extensions ?? []).map((one) => one.rules ?? []);
  const byId = new Map([...extensions.flat(), ...rules].map((one) => [one.id, one]));
  const failing = results.filter(
    ({ kind = 'fail', baselineState }) => !NO_FINDINGS.includes(kind) && baselineState !== 'absent',
  );
  const live = failing.filter((one) => !isSuppressed(one));
  return {
    findings: live.map((one) => findingOf(one, ruleOf(one, { rules, extensions, byId }))),
    suppressed: failing.length - live.length,
    problems,
  };
}

/** Section 3.27.23: suppressed where there are suppressions, and none is still under review or was rejected. */
function isSuppressed({ suppressions = [] }: Result): boolean {
  return suppressions.length > 0 && suppressions.every(({ status = 'accepted' }) => status === 'accepted');
}

/** Section 3.27.9: what is to be reviewed, or could not be decided, is a finding until somebody says otherwise. */
const NO_FINDINGS = ['pass', 'notApplicable', 'informational'];

interface Rules {
  rules: readonly Rule[];
  /** Of the tool's extensions, by their index (section 3.54.5): CodeQL keeps its rules there. */
  extensions: readonly (readonly Rule[])[];
  byId: ReadonlyMap<string, Rule>;
}

function ruleOf({ ruleIndex, ruleId, rule }: Result, { rules, extensions, byId }: Rules): Rule | undefined {
  const index = ruleIndex ?? rule?.index ?? -1;
  const component = rule?.toolComponent?.index;
  const named = byId.get(ruleId ?? rule?.id ?? '');
  return (component === undefined ? rules : (extensions[component] ?? []))[index] ?? named;
}

function findingOf(one: Result, rule: Rule | undefined): Finding {
  const place = one.locations?.[0]?.physicalLocation;
  const line = place?.region?.startLine;
  const uris = new Set((one.locations ?? []).map((each) => each.physicalLocation?.artifactLocation?.uri ?? ''));
  const marks = Object.entries(one.partialFingerprints ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    rule: one.ruleId ?? one.rule?.id ?? rule?.id ?? 'unnamed',
    severity: severityOf(one, rule),
    path: place?.artifactLocation?.uri ?? '',
    elsewhere: Math.max(0, uris.size - 1),
    ...(line === undefined ? {} : { line }),
    message: one.message?.text ?? one.message?.markdown ?? '',
    ...(marks.length === 0 ? {} : { mark: JSON.stringify(marks) }),
  };
}

const BY_LEVEL: Readonly<Record<string, Severity>> = { error: 'high', warning: 'medium', note: 'low', none: 'info' };

/**
 * By `security-severity`, a CVSS score, with the limits of CVSS 3.1, section 5; else by the level of the result, of its rule,
 * or `warning`, which sections 3.27.10 and 3.50.3 of SARIF say.
 */
function severityOf(one: Result, rule: Rule | undefined): Finding['severity'] {
  const score = one.properties?.['security-severity'] ?? rule?.properties?.['security-severity'];
  if (score !== undefined) return byScore(typeof score === 'number' ? score : Number.parseFloat(score));
  const level = one.level ?? rule?.defaultConfiguration?.level ?? 'warning';
  return (Object.hasOwn(BY_LEVEL, level) ? BY_LEVEL[level] : undefined) ?? 'unrated';
}

function byScore(score: number): Finding['severity'] {
  if (!(score >= 0 && score <= 10)) return 'unrated';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'info';
}

/** The report of a scan that was not made, or not to its end. @param why as the end of a sentence: `has no results` */
export function noReport(why: string): ReadingError {
  return new ReadingError('EXPECTATION_FAILED', `The scan counts as not run: its report ${why}.`);
}
