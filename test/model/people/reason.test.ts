import { describe, expect, test } from '@jest/globals';
import { missingParts, reasonForm, reasonOf, reasonParts } from '../../../model/people/reason.js';

const NAMES = ['fix', 'by', 'reference'];

describe('a reason with parts', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      'as it is written',
      'fix=limit raised; by=Dana; reference=LC-41',
      { fix: 'limit raised', by: 'Dana', reference: 'LC-41' },
    ],
    [
      'in any order, a line each',
      'reference=LC-41\nBy = Dana\n fix=limit',
      { fix: 'limit', by: 'Dana', reference: 'LC-41' },
    ],
    [
      'a text with semicolons',
      'fix=limit raised; cache emptied; by=Dana',
      { fix: 'limit raised; cache emptied', by: 'Dana' },
    ],
    ['an equals sign within', 'fix=OCR_LIMIT=9; by=Dana', { fix: 'OCR_LIMIT=9', by: 'Dana' }],
    ['a name that is none of them', 'fix=a; note=b', { fix: 'a; note=b' }],
    ['nothing but names', 'fix=; by=  ;;reference=\n', {}],
    ['a free text', 'the limit was raised by Dana', {}],
  ])('%s', (_name, reason, parts) => {
    expect(reasonParts(reason, NAMES)).toEqual(parts);
  });

  test('what is missing is named, and the form says how to give it', () => {
    expect(missingParts('by=Dana', NAMES)).toEqual(['fix', 'reference']);
    expect(reasonForm(NAMES)).toBe('fix=…; by=…; reference=…');
    expect(
      missingParts(
        reasonOf(NAMES, (name) => `the ${name}`),
        NAMES,
      ),
    ).toEqual([]);
  });
});
