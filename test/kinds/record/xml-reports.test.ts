import { describe, expect, test } from '@jest/globals';
import { coberturaRows, junitRows } from '../../../kinds/record/xml-reports.js';

describe('JUnit', () => {
  const suite = (attributes: string, cases: string): string => `<testsuite name="s" ${attributes}>${cases}</testsuite>`;
  test('a row for each test case, with the gravest of what it tells', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="5"><testsuite name="outer" tests="5" failures="1" errors="1" skipped="1">
        <testcase classname="c" name="a &lt;b&gt; &#252;" time="0.5"/>
        <testsuite name="inner">
          <testcase name="f"><failure message="&quot;no&quot;"><![CDATA[<failure/>]]></failure></testcase>
          <testcase name="e"><failure/><error/><system-out>x</system-out></testcase>
          <testcase name="s"><skipped/></testcase>
        </testsuite>
        <testcase name="flaky"><flakyFailure/></testcase>
      </testsuite></testsuites>`;
    const plain = { class: '', time: '' };
    expect(junitRows(text)).toEqual([
      { suite: 'outer', class: 'c', name: 'a <b> ü', time: '0.5', status: 'passed' },
      { suite: 'inner', ...plain, name: 'f', status: 'failed' },
      { suite: 'inner', ...plain, name: 'e', status: 'error' },
      { suite: 'inner', ...plain, name: 's', status: 'skipped' },
      { suite: 'outer', ...plain, name: 'flaky', status: 'passed' },
    ]);
  });
  test.each([
    ['nothing', '', 'root'],
    ['another document', '<html><body/></html>', 'its root is html'],
    ['no test case', suite('tests="0"', ''), 'it holds no test case'],
    ['half-written', '<testsuite><testcase name="a"/>', 'unclosed tag'],
    ['tags that cross', '<testsuite><testcase></testsuite></testcase>', 'unexpected close tag'],
    ['an entity that nobody declared', suite('', '<testcase name="&x;"/>'), 'undefined entity'],
    ['fewer tests than it says', suite('tests="2"', '<testcase name="a"/>'), 'says 2 tests and holds 1'],
    ['fewer failures than it says', suite('errors="1"', '<testcase name="a"/>'), 'says 1 failures and holds 0'],
    ['a count that is none', suite('tests="many"', '<testcase name="a"/>'), 'is no number'],
  ])('%s is an error', (_, text, message) => {
    expect(() => junitRows(text)).toThrow(message);
  });
});

describe('Cobertura', () => {
  const report = (lines: string): string =>
    `<coverage line-rate="1"><packages><package name="p"><classes><class name="c" filename="c.py">
      <methods><method name="m"><lines><line number="1" hits="1"/></lines></method></methods>
      <lines>${lines}</lines></class></classes></package></packages></coverage>`;
  test('a row for each class, its lines counted once', () => {
    const lines = '<line number="1" hits="1"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/>';
    const row = { package: 'p', class: 'c', file: 'c.py', lines: 2, covered: 1, branches: 2, coveredBranches: 1 };
    expect(coberturaRows(report(lines))).toEqual([row]);
  });
  test.each([
    ['no line', report(''), 'it holds no line'],
    ['a count that is none', report('<line number="1" hits="-1"/>'), 'hits is "-1"'],
    ['a count that is missing', report('<line number="1"/>'), 'hits is "missing"'],
    ['half-written', report('<line number="1" hits="1"/>').slice(0, -12), 'unclosed tag'],
  ])('%s is an error', (_, text, message) => {
    expect(() => coberturaRows(text)).toThrow(message);
  });
});
