import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { bySarif, outputsOf, PLANTED, result, run, sarif } from '../../kits/scanner.js';
import { failed } from '../../kits/step-run.js';

const at = (uri: string, more: JsonObject = {}): JsonObject =>
  result({ level: 'error', locations: [{ physicalLocation: { artifactLocation: { uri } } }], ...more });

describe('one finding was planted, and all others count', () => {
  test.each<[string, string[], number]>([
    ['a path that holds it within', ['src/canary/planted.ts.bak', 'canary/planted.tsx', 'notcanary/planted.ts'], 3],
    ['a folder of its name', ['canary/planted.ts/evil.ts'], 1],
    ['the same end elsewhere, beside the whole path', ['lib/canary/planted.ts'], 1],
    ['a second finding at its own place', ['canary/planted.ts', './canary/planted.ts'], 2],
  ])('%s', async (_, uris, high) => {
    expect(await outputsOf(bySarif(sarif([PLANTED, ...uris.map((uri) => at(uri))])))).toMatchObject({ high });
  });

  test.each([
    '/w/scan/canary/planted.ts',
    'file:///w/canary/./planted.ts',
    'canary%2Fplanted.ts',
    'C:\\w\\canary\\planted.ts',
  ])('its path may be told as %s', async (uri) => {
    expect(await outputsOf(bySarif(sarif([at(uri)])))).toMatchObject({ findings: 0 });
  });

  test('a path that only holds its name shows no scan', async () => {
    const failure = failed(await run(bySarif(sarif([at('src/canary/planted.ts.bak'), at('notcanary/planted.ts')]))));
    expect(failure.message).toContain('does not find what was planted');
  });

  test('by its rule: what another rule finds there counts, and shows nothing alone', async () => {
    const proof = { proof: { canary: 'canary/planted.ts', rule: 'planted' } };
    const other = at('canary/planted.ts', { level: 'note' });
    expect(await outputsOf(bySarif(sarif([PLANTED, other]), {}, proof))).toMatchObject({ findings: 1, low: 1 });
    const failure = failed(await run(bySarif(sarif([other]), {}, proof)));
    expect(failure.message).toContain('canary/planted.ts by the rule planted');
  });

  test('of several there the least one is taken for it', async () => {
    const report = sarif([at('canary/planted.ts'), at('canary/planted.ts', { level: 'note' })]);
    const low = { proof: { canary: 'canary/planted.ts', severity: 'low' } };
    expect(await outputsOf(bySarif(report, {}, low))).toMatchObject({ high: 1, low: 0 });
    expect(await outputsOf(bySarif(report))).toMatchObject({ high: 0, low: 1 });
  });

  test('told as a warning it shows nothing to a gate on what is high, unless that is said', async () => {
    const report = sarif([at('canary/planted.ts', { level: 'warning' })]);
    expect(failed(await run(bySarif(report))).message).toContain(
      'rates what was planted in canary/planted.ts as medium, and high is asked for',
    );
    const medium = { proof: { canary: 'canary/planted.ts', severity: 'medium' } };
    expect(await outputsOf(bySarif(report, {}, medium))).toMatchObject({ findings: 0, medium: 0 });
    const unrated = sarif([at('canary/planted.ts', { level: 'fatal' })]);
    expect(await outputsOf(bySarif(unrated))).toMatchObject({ findings: 0, unrated: 0 });
  });

  const audit = (path: string, nodes: string[]): JsonObject => ({
    ...bySarif(JSON.stringify({ vulnerabilities: { minimist: { severity: 'critical', nodes } } })),
    report: {
      format: 'json',
      findings: '$.vulnerabilities.*',
      severity: '$.severity',
      path,
      proof: { canary: 'golive-planted' },
    },
  });
  const NODES = ['node_modules/golive-planted', 'node_modules/minimist'];

  test('npm audit: the package of the same name that is really used counts', async () => {
    expect(await outputsOf(audit('$.nodes[*]', NODES))).toMatchObject({ critical: 1 });
    expect(await outputsOf(audit('$.nodes[*]', NODES.slice(0, 1)))).toMatchObject({ critical: 0 });
    expect(
      await outputsOf(audit('$.nodes[*]', [...NODES, 'node_modules/x/node_modules/golive-planted'])),
    ).toMatchObject({
      critical: 2,
    });
  });

  test('one finding of several places is none that was planted alone', async () => {
    const failure = failed(await run(audit('$.nodes[0]', NODES)));
    expect([failure.code, failure.message]).toEqual(['EXPECTATION_FAILED', expect.stringContaining('1 other place,')]);
    const twice = at('canary/planted.ts');
    twice.locations = ['canary/planted.ts', 'src/a.ts'].map((uri) => ({
      physicalLocation: { artifactLocation: { uri } },
    }));
    expect(failed(await run(bySarif(sarif([twice])))).message).toContain('1 other place,');
  });

  test('a folder is no place of what was planted', async () => {
    expect(failed(await run(bySarif(sarif([PLANTED]), {}, { proof: { canary: 'canary/' } }))).code).toBe('BAD_INPUT');
  });
});
