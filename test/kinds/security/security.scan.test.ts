import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { bySarif, outputsOf, PLANTED, prints, result, run, sarif, VERSION } from '../../kits/scanner.js';
import { failed, passed, temporaryFolder } from '../../kits/step-run.js';

stepKit('security.scan', {
  good: () => ({
    argv: [
      process.execPath,
      '-e',
      `require('fs').writeFileSync('report.json', ${JSON.stringify(JSON.stringify({ scanned: 4, results: [] }))})`,
    ],
    version: VERSION,
    report: {
      format: 'json',
      file: 'report.json',
      findings: '$.results[*]',
      severity: '$.s',
      proof: { scanned: '$.scanned' },
    },
  }),
  bad: () => bySarif(sarif([])),
  badCode: 'EXPECTATION_FAILED',
  programsWrite: ['report.json'],
});

interface Sarif {
  runs: { tool: { extensions?: JsonObject[] } }[];
}

describe('severities of SARIF', () => {
  test.each<[string, JsonObject, JsonObject[], string]>([
    [
      'a CVSS score of the rule',
      { ruleId: 'r' },
      [{ id: 'r', properties: { 'security-severity': '9.0' } }],
      'critical',
    ],
    ['a score of 7.0', { properties: { 'security-severity': '7.0' } }, [], 'high'],
    ['a score of 6.9', { properties: { 'security-severity': '6.9' } }, [], 'medium'],
    ['a score of 0.1', { properties: { 'security-severity': 0.1 } }, [], 'low'],
    ['a score of 0', { properties: { 'security-severity': '0.0' } }, [], 'info'],
    ['a score that is none', { properties: { 'security-severity': 'bad' } }, [], 'unrated'],
    ['the level error', { level: 'error' }, [], 'high'],
    ['the level note', { level: 'note' }, [], 'low'],
    ['the level none', { level: 'none' }, [], 'info'],
    ['a level that is not known', { level: 'fatal' }, [], 'unrated'],
    ['the level of its rule', { ruleId: 'r' }, [{ id: 'r', defaultConfiguration: { level: 'error' } }], 'high'],
    [
      'the level of the rule by its index',
      { ruleIndex: 0 },
      [{ id: 'x', defaultConfiguration: { level: 'note' } }],
      'low',
    ],
    ['nothing at all', {}, [], 'medium'],
  ])('%s', async (_, more, rules, severity) => {
    const outputs = await outputsOf(bySarif(sarif([PLANTED, result(more)], {}, rules)));
    expect(outputs).toMatchObject({ findings: 1, [severity]: 1, high: ['high', 'unrated'].includes(severity) ? 1 : 0 });
  });

  test('rules of an extension of the tool, as CodeQL has them, and not those of the driver at that place', async () => {
    const rule = { index: 0, toolComponent: { index: 0 } };
    const report: Sarif = JSON.parse(sarif([PLANTED, result({ ruleId: 'r', rule })], {}, [{ id: 'other' }]));
    const rules = [{ id: 'r', properties: { 'security-severity': '9.8' } }];
    for (const one of report.runs) one.tool.extensions = [{ name: 'queries', rules }];
    expect(await outputsOf(bySarif(JSON.stringify(report)))).toMatchObject({ findings: 1, critical: 1 });
  });

  test('what is to be reviewed, or was not decided, is a finding', async () => {
    const results = [PLANTED, ...['review', 'open', 'informational', 'notApplicable'].map((kind) => result({ kind }))];
    expect(await outputsOf(bySarif(sarif(results)))).toMatchObject({ findings: 2 });
  });

  test('what passed, is gone or is silenced in the source is no finding, and the last is counted', async () => {
    const results = [
      PLANTED,
      result({ kind: 'pass' }),
      result({ baselineState: 'absent' }),
      result({ suppressions: [{ kind: 'inSource' }] }),
      result({ suppressions: [{ status: 'rejected' }] }),
    ];
    expect(await outputsOf(bySarif(sarif(results)))).toMatchObject({ findings: 1, suppressed: 1 });
  });
});

describe('what is not run is never zero', () => {
  const clean = sarif([PLANTED]);
  test.each<[string, JsonObject, string, string]>([
    ['a tool that is missing', { ...bySarif(clean), argv: ['no-such-scanner'] }, 'TOOL_MISSING', 'no-such-scanner'],
    [
      'a version that is missing',
      { ...bySarif(clean), version: prints('', 0) },
      'TOOL_MISSING',
      'does not say a version',
    ],
    ['a version that fails', { ...bySarif(clean), version: prints('1', 3) }, 'TOOL_MISSING', 'does not say a version'],
    ['an exit code of its own', { ...bySarif(clean), argv: prints(clean, 2) }, 'COMMAND_FAILED', 'ended with code 2'],
    ['nothing printed', bySarif(''), 'EXPECTATION_FAILED', 'is empty'],
    ['half a report', bySarif(clean.slice(0, -9)), 'EXPECTATION_FAILED', 'cannot be read'],
    ['words', bySarif('No issues found!'), 'EXPECTATION_FAILED', 'cannot be read'],
    ['JSON of another kind', bySarif('{"results":[]}'), 'EXPECTATION_FAILED', 'is no SARIF 2.1.0'],
    ['no runs', bySarif('{"version":"2.1.0","runs":[]}'), 'EXPECTATION_FAILED', 'is no SARIF 2.1.0'],
    ['results that are null', bySarif(sarif(null)), 'EXPECTATION_FAILED', 'did not scan'],
    ['a scan of nothing', bySarif(sarif([])), 'EXPECTATION_FAILED', 'does not find what was planted'],
    [
      'a scan that did not end well',
      bySarif(sarif([PLANTED], { invocations: [{ executionSuccessful: false }] })),
      'EXPECTATION_FAILED',
      'did not end well',
    ],
    [
      'a file that could not be parsed',
      bySarif(
        sarif([PLANTED], {
          invocations: [
            {
              executionSuccessful: true,
              toolExecutionNotifications: [{ level: 'error', message: { text: 'a.py does not parse' } }],
            },
          ],
        }),
      ),
      'EXPECTATION_FAILED',
      'a.py does not parse',
    ],
  ])('%s', async (_, input, code, words) => {
    const failure = failed(await run(input));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  const json = { format: 'json', findings: '$.results[*]', severity: '$.s' };
  const byJson = (document: object, proof: JsonObject = { scanned: '$.paths[*]' }, more: JsonObject = {}): JsonObject =>
    bySarif(JSON.stringify(document), {}, { ...json, proof, ...more });
  test.each<[string, JsonObject, string]>([
    ['a report without the list of findings', byJson({ paths: ['a'] }), 'holds no findings, not even none'],
    [
      'a report that says of nothing how much was scanned',
      byJson({ results: [] }),
      'does not say how much was scanned',
    ],
    ['nothing scanned', byJson({ results: [], paths: [] }), '0 were scanned'],
    [
      'fewer scanned than must be',
      byJson({ results: [], n: 3 }, { scanned: '$.n', atLeast: 4 }),
      '3 were scanned, and 4',
    ],
    [
      'problems',
      byJson({ results: [], paths: ['a'], errors: ['syntax'] }, { scanned: '$.paths[*]' }, { problems: '$.errors[*]' }),
      'syntax',
    ],
  ])('JSON: %s', async (_, input, words) => {
    const failure = failed(await run(input));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain(words);
  });

  test('a report of an earlier scan is not one of this', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'old.sarif'), clean);
    const failure = failed(await run(bySarif(clean, {}, { file: 'old.sarif' }), folder));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain('The scan counts as not run: The report cannot be read');
  });
});

describe('reviewed findings', () => {
  const found = sarif([PLANTED, result({ level: 'error' }), result({ level: 'error', message: { text: 'Another' } })]);
  const idIn = (table: string, message: string): string =>
    table
      .split('\n')
      .find((line) => line.includes(message))
      ?.split(',')
      .at(-1) ?? '';

  test('those that stand in the baseline do not count, until their last day', async () => {
    const first = await run(bySarif(found));
    expect(passed(first).outputs).toMatchObject({ high: 2, accepted: 0 });
    const id = idIn(readFileSync(join(first.folder, 'findings.csv'), 'utf8'), 'Text in a query');
    const entry = { id, reason: 'The text is a constant.', by: 'Sam' };
    const withBaseline = async (entries: object[]) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'known.json'), JSON.stringify(entries));
      return outputsOf(bySarif(found, { baseline: 'known.json' }), folder);
    };
    expect(await withBaseline([entry])).toMatchObject({ high: 1, accepted: 1, expired: 0, stale: 0 });
    expect(await withBaseline([{ ...entry, until: '2020-01-01' }])).toMatchObject({ high: 2, accepted: 0, expired: 1 });
    expect(await withBaseline([{ ...entry, id: '0'.repeat(16) }])).toMatchObject({ high: 2, stale: 1 });
  });

  test.each<[string, string]>([
    ['a reason that is none', '[{"id":"0123456789abcdef","reason":"ok","by":"Sam"}]'],
    ['an id that is none', '[{"id":"all","reason":"A long enough reason","by":"Sam"}]'],
    ['no list', '{}'],
  ])('%s is refused', async (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'known.json'), text);
    const failure = failed(await run(bySarif(found, { baseline: 'known.json' }), folder));
    expect(failure.code).toBe('BAD_INPUT');
    expect(failure.message).toContain('is no baseline of findings');
  });
});

test('a real scanner: oxlint finds what stands in a file, by SARIF', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'planted.js'), 'debugger;\n');
  writeFileSync(join(folder, 'code.js'), 'export const a = 1;\ndebugger;\n');
  const oxlint = join(process.cwd(), 'node_modules', '.bin', 'oxlint');
  const input = {
    argv: [oxlint, '-D', 'no-debugger', '--format=sarif', '.'],
    version: [oxlint, '--version'],
    report: { format: 'sarif', proof: { canary: 'planted.js' } },
  };
  const made = await run(input, folder);
  const { outputs } = passed(made);
  expect(outputs).toMatchObject({ findings: 1, version: expect.stringContaining('.') });
  const read = (name: string): Buffer | undefined => {
    try {
      return readFileSync(join(made.folder, name));
    } catch {
      return undefined;
    }
  };
  expect(await recomputeOutputs('security.scan', input, read)).toEqual(outputs);
  const none = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'oxlint' } }, results: [] }] });
  await expect(
    recomputeOutputs('security.scan', input, (name) => (name === 'report.json' ? Buffer.from(none) : read(name))),
  ).rejects.toThrow('planted');
});
