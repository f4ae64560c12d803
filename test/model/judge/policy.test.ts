import { describe, expect, test } from '@jest/globals';
import { buildContext } from '../../../model/expression/expression.js';
import type { PolicyPlan } from '../../../model/plan/plan.js';
import { decidePolicy } from '../../../model/judge/policy.js';
import { pathsIn } from '../../../model/schema/expression/expression-paths.js';

/** The rule of a small change: four conditions, and nobody is asked. */
const RULE =
  'inputs.actor in ["release-bot"] && inputs.path.startsWith("open/docs/") && inputs.rollback != "" && inputs.pattern == "docs-update"';
const policy = (rule: string): PolicyPlan => ({ rule, reads: pathsIn(rule).map(({ keys }) => keys) });
const good = { actor: 'release-bot', path: 'open/docs/a.md', rollback: 'git-revert', pattern: 'docs-update' };
const decide = (inputs: object, rule = RULE, steps = {}) =>
  decidePolicy(policy(rule), buildContext({ inputs: { ...good, ...inputs }, run: {}, target: {}, steps }));

describe('a rule approves when all of it holds, and by no near miss', () => {
  test('the good one', () => {
    expect(decide({})).toEqual({
      rule: RULE,
      holds: true,
      values: {
        'inputs.actor': 'release-bot',
        'inputs.path': 'open/docs/a.md',
        'inputs.rollback': 'git-revert',
        'inputs.pattern': 'docs-update',
      },
    });
  });
  test.each<[string, object]>([
    ['another actor', { actor: 'release-bot2' }],
    ['the actor in capitals', { actor: 'Release-Bot' }],
    ['a path beside the list', { path: 'open/docs-secret/a.md' }],
    ['a path that climbs', { path: '../open/docs/a.md' }],
    ['no rollback strategy', { rollback: '' }],
    ['a pattern that begins the same', { pattern: 'docs-update-all' }],
    ['a pattern with a blank', { pattern: 'docs-update ' }],
  ])('%s', (_, change) => {
    expect(decide(change).holds).toBe(false);
  });
  test.each<[string, object]>([
    ['an actor that is missing', { actor: undefined }],
    ['a path that is no text', { path: 7 }],
  ])('%s approves nothing, and says why', (_, change) => {
    expect(decide(change)).toMatchObject({ holds: false, why: expect.any(String) });
  });
  test('a rule that is no condition approves nothing', () => {
    expect(decide({}, 'inputs.actor')).toMatchObject({ holds: false, why: expect.any(String) });
  });
  test('what it saw is kept, null where there was nothing', () => {
    expect(decide({}, 'steps.run.errors == 0.0 && steps.none.x == 1.0', { run: { errors: 0 } }).values).toEqual({
      'steps.run.errors': 0,
      'steps.none.x': null,
    });
  });
});
