import { expect, test } from '@jest/globals';
import { checkUntilTime } from '../../../../model/schema/check/until-check.js';
import { Source } from '../../../../model/schema/yaml/source.js';

test.each<[string, string | undefined, string, number]>([
  ['no timeout', undefined, '5m', 0],
  ['a timeout as long', '5m', '300s', 0],
  ['a longer one', '6m', '5m', 0],
  ['a shorter one', '2s', '5m', 1],
  ['one that an input gives', '${{ inputs.most }}', '5m', 0],
])('a step that looks for its time, with %s', (_, timeout, within, problems) => {
  const source = new Source('step:\n  until: { every: 1s, within: 5m }\n', 'runbook.yaml');
  const step = { id: 's', uses: 'tcp.check', until: { every: '1s', within } };
  checkUntilTime(source, ['step'], timeout === undefined ? step : { ...step, timeout });
  expect(source.problems.map(({ line }) => line)).toEqual(problems === 0 ? [] : [2]);
});
