import { isDeepStrictEqual } from 'node:util';
import type { manifestCheck as kind } from './manifest.check.kind.js';
import { countBy, readManifest } from './manifest.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const manifestCheck: HandlerOf<typeof kind> = {
  async do({ manifest: file, expectCount, expectScenarios }, context) {
    const path = context.path(file);
    const { manifest, sha256, bytes } = await readManifest(path);
    const { cases, counts } = manifest;
    const scenario = countBy(cases, 'scenario');
    const expected = countBy(cases, 'expected');
    const fail = (text: string): never => {
      throw new StepError('EXPECTATION_FAILED', `${path}: ${text}.`);
    };
    if (expectCount !== undefined && cases.length !== expectCount)
      fail(`${cases.length} cases, ${expectCount} are expected`);
    if (!isDeepStrictEqual(nonZero(counts.scenario), scenario)) fail('the scenario counts differ from the cases');
    if (!isDeepStrictEqual(nonZero(counts.expected), expected))
      fail('the distribution of expected verdicts differs from the cases');
    const scenarios = Object.keys(scenario).length;
    if (expectScenarios !== undefined && scenarios < expectScenarios)
      fail(`${scenarios} scenarios, at least ${expectScenarios} are expected`);
    await context.evidence.write('manifest.json', bytes);
    const shares = Object.entries(expected).map(([verdict, count]) => `${count} ${verdict}`);
    return {
      // A manifest is read as a whole, or not at all.
      outputs: { looked: cases.length, unreadable: 0, leftOut: 0, cases: cases.length, scenarios, sha256, expected },
      summary: `${cases.length} cases of ${scenarios} scenarios, expected: ${shares.join(', ')}`,
    };
  },
};

function nonZero(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
