import { describe, expect, test } from '@jest/globals';
import { coberturaReader } from '../../../kinds/record/cobertura.js';
import type { Json } from '../../../model/json.js';

function coberturaRows(text: string): Json[] {
  const rows: Json[] = [];
  const reader = coberturaReader((row) => rows.push(row));
  for (let at = 0; at < text.length; at += 7) reader.push(text.slice(at, at + 7));
  reader.end();
  return rows;
}

describe('Cobertura', () => {
  const report = (lines: string, totals = ''): string =>
    `<coverage line-rate="1" ${totals}><packages><package name="p"><classes><class name="c" filename="c.py">
      <lines>${lines}</lines></class></classes></package></packages></coverage>`;
  test('a row for each class, its lines counted once', () => {
    const lines = '<line number="1" hits="1"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/>';
    const row = { package: 'p', class: 'c', file: 'c.py', lines: 2, covered: 1, branches: 2, coveredBranches: 1 };
    expect(coberturaRows(report(lines))).toEqual([row]);
  });
  const branch = (text: string): string => `<line number="1" hits="1" branch="true" condition-coverage="${text}"/>`;
  test.each([
    ['no line', report(''), 'it holds no line'],
    ['a count that is none', report('<line number="1" hits="-1"/>'), 'hits is "-1"'],
    ['a count that is missing', report('<line number="1"/>'), 'hits is "missing"'],
    ['fewer lines than it says', report('<line number="1" hits="1"/>', 'lines-valid="9"'), 'holds 1 line and says 9'],
    [
      'more hit than it says',
      report('<line number="1" hits="1"/>', 'lines-covered="0"'),
      'line that was hit and says 0',
    ],
    ['more branches hit', report(branch('50% (1/2)'), 'branches-covered="0"'), '1 branches that were hit and says 0'],
    ['more branches than there are', report(branch('50% (9/2)')), 'has a condition-coverage of "50% (9/2)"'],
    ['branches that are not told', report(branch('50%')), 'has a condition-coverage of "50%"'],
    ['a line without a number', report('<line hits="1"/>'), 'number is "missing"'],
    [
      'a line outside of a class',
      report('<line number="1" hits="1"/>').replace('</packages>', '</packages><line number="2" hits="0"/>'),
      'outside of a class',
    ],
    ['half-written', report('<line number="1" hits="1"/>').slice(0, -12), 'unclosed tag'],
  ])('%s is an error', (_, text, message) => {
    expect(() => coberturaRows(text)).toThrow(message);
  });

  test('a line that stands twice counts once, also in the same class once more', () => {
    const lines = '<line number="1" hits="1"/><line number="1" hits="0"/><line number="2" hits="0"/>';
    expect(coberturaRows(report(lines))).toMatchObject([{ lines: 2, covered: 1 }]);
    const twice = report('<line number="1" hits="1"/>').replace(/<class .*<\/class>/s, (one) => one + one);
    expect(coberturaRows(twice)).toMatchObject([{ lines: 1, covered: 1 }]);
  });
  test('lines of methods are those of their class once more; those that it lacks count, too', () => {
    const methods =
      '<methods><method><lines><line number="1" hits="0"/><line number="2" hits="0"/></lines></method></methods>';
    const text = report('<line number="1" hits="1"/>').replace('<lines>', `${methods}<lines>`);
    expect(coberturaRows(text)).toMatchObject([{ lines: 2, covered: 1 }]);
  });
});
