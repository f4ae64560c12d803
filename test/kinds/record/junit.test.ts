import { describe, expect, test } from '@jest/globals';
import { junitReader } from '../../../kinds/record/junit.js';
import type { Json } from '../../../model/json.js';

function junitRows(text: string): Json[] {
  const rows: Json[] = [];
  const reader = junitReader((row) => rows.push(row));
  for (let at = 0; at < text.length; at += 7) reader.push(text.slice(at, at + 7));
  reader.end();
  return rows;
}

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
    [
      'fewer tests than the whole says',
      `<testsuites tests="120" failures="7" errors="2">${suite('', '<testcase name="a"/>')}</testsuites>`,
      'the whole says 120 tests and holds 1',
    ],
    [
      'fewer failures than the whole says',
      `<testsuites tests="1" failures="1" errors="1">${suite('', '<testcase name="a"/>')}</testsuites>`,
      'the whole says 2 failures and holds 0',
    ],
    ['what it says of a case is not known', suite('', '<testcase name="a" status="100"/>'), 'says "100" of itself'],
    ['a count that is none', suite('tests="many"', '<testcase name="a"/>'), 'is no number'],
  ])('%s is an error', (_, text, message) => {
    expect(() => junitRows(text)).toThrow(message);
  });

  test.each([
    ['a failure of a suite', '<testcase name="a"/><error message="setup"/>', ['passed', 'error']],
    ['a case within a case', '<testcase name="a"><failure/><testcase name="b"/></testcase>', ['passed', 'failed']],
    [
      'another way round',
      '<testcase name="a"><testcase name="b"><failure/></testcase></testcase>',
      ['failed', 'passed'],
    ],
    ['a case that was not run', '<testcase name="a" status="notrun" result="suppressed"/>', ['skipped']],
    ['a case that was run', '<testcase name="a" status="run" result="completed"/>', ['passed']],
    ['a case that says that it failed', '<testcase name="a" status="failed"/>', ['failed']],
    ['a failure in a namespace', '<testcase name="a"><j:failure xmlns:j="u"/></testcase>', ['failed']],
    ['a failure in capitals', '<testcase name="a"><Failure/></testcase>', ['failed']],
    ['a failure within another element', '<testcase name="a"><subtest><failure/></subtest></testcase>', ['failed']],
    ['a failure that was got over', '<testcase name="a"><rerunFailure/><flakyError/></testcase>', ['passed']],
    ['a skipped one that failed', '<testcase name="a"><failure/><skipped/></testcase>', ['failed']],
  ])('%s', (_, cases, statuses) => {
    expect(junitRows(suite('', cases)).map((row) => Object(row).status as unknown)).toEqual(statuses);
  });

  test('a failure of all suites is a row without a name, which the totals count', () => {
    const text = `<testsuites tests="1" errors="1">${suite('', '<testcase name="a"/>')}<error/></testsuites>`;
    expect(junitRows(text)[1]).toEqual({ suite: '', class: '', name: '', time: '', status: 'error' });
  });
});
