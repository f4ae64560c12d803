import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { labelsOf, SEARCH_ATTRIBUTE_NAMES } from '../../../model/state/search-attributes.js';
import { phase, plan } from '../../kits/plans.js';

test('a go-live is started with what never changes, in its memo and its attributes', () => {
  const made = plan([phase('one', [])], { mode: 'live' });
  const { memo, typedSearchAttributes } = labelsOf(made, 'ops', 'Shop');
  expect(memo).toEqual({
    startedBy: 'ops',
    runbook: made.runbook.id,
    title: 'Shop',
    change: made.change,
    mode: 'live',
    evidenceDir: made.evidence.directory,
  });
  expect(typedSearchAttributes).toEqual([
    { key: { name: 'GoLiveTarget', type: 'KEYWORD' }, value: made.target.id },
    { key: { name: 'GoLiveRunbook', type: 'KEYWORD' }, value: made.runbook.id },
    { key: { name: 'GoLiveChange', type: 'KEYWORD' }, value: made.change },
    { key: { name: 'GoLiveMode', type: 'KEYWORD' }, value: 'live' },
  ]);
});

test('whether names are signed stands in the memo', () => {
  const signing = { level: 'signed' as const, signers: '', principals: {} };
  expect(labelsOf(plan([phase('one', [])], { signing }), 'ops', 'Shop').memo.signing).toBe('signed');
});

test('the script for a namespace registers the same names', () => {
  const script = readFileSync(new URL('../../../deploy/setup-namespace.sh', import.meta.url), 'utf8');
  expect(/^attributes='(.*)'$/m.exec(script)?.[1]?.split(' ')).toEqual(SEARCH_ATTRIBUTE_NAMES);
});
