import { describe, expect, test } from '@jest/globals';
import { CLASSES } from '../../evidence/verify/finding.js';
import { pageText } from '../kits/doc-blocks.js';
import { codesOfProgram, DOCUMENTED, exitTable } from './exit-codes.js';
import { expectGenerated } from './generated.js';

describe('exit codes', () => {
  test('each code that the program gives has a meaning, and no other', () => {
    expect(codesOfProgram()).toEqual(DOCUMENTED);
  });

  test.each(['README.md', 'docs/failures.md'])('%s lists them', (page) => {
    expectGenerated(page, 'exit-codes', exitTable());
  });

  test.each(Object.values(CLASSES))('docs/evidence.md names %i, which `golive verify` gives', (code) => {
    expect(pageText('docs/evidence.md')).toContain(`\n| ${code} |`);
  });
});
