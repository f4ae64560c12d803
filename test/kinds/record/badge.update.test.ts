import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('badge.update', {
  good: (folder) => {
    writeFileSync(
      join(folder, 'README.md'),
      '# A\n\n<!-- golive-badge:start -->\nold\n<!-- golive-badge:end -->\n\ntext\n',
    );
    return { file: 'README.md', label: 'agent', message: 'ok' };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'README.md'), '# A\n');
    return { file: 'README.md', label: 'agent', message: 'ok' };
  },
  badCode: 'EXPECTATION_FAILED',
  clean: (folder) => expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('\nold\n'),
});

describe('badge.update', () => {
  const update = async (text: string, more: object = {}) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'R.md'), text);
    const run = await runStep(
      'badge.update',
      { file: 'R.md', label: 'self-test', message: 'not ok', colour: 'red', ...more },
      at(base),
    );
    return { run, text: readFileSync(join(base, 'R.md'), 'utf8') };
  };
  test.each(['label', 'message'])('half a character as %s is refused', async (name) => {
    const { run, text } = await update('<!-- golive-badge:start -->x<!-- golive-badge:end -->', { [name]: 'a\ud83d' });
    expect([failed(run).code, text]).toEqual(['BAD_INPUT', expect.stringContaining('>x<')]);
  });
  const BADGE = '![self-test: not ok](https://img.shields.io/badge/self--test-not_ok-red)';
  test.each([
    [
      'a line of its own',
      '\r\n<!-- golive-badge:start -->\r\nx\r\n<!-- golive-badge:end -->\r\n',
      `\r\n<!-- golive-badge:start -->\r\n${BADGE}\r\n<!-- golive-badge:end -->\r\n`,
    ],
    [
      'in a line',
      'a <!-- golive-badge:start --><!-- golive-badge:end --> b',
      `a <!-- golive-badge:start -->${BADGE}<!-- golive-badge:end --> b`,
    ],
  ])('%s: nothing else is touched', async (_, before, after) => {
    expect((await update(before)).text).toBe(after);
  });
  const STATE = 'https://github.com/acme/agent/actions/workflows/health.yml';
  test('a badge that follows the state by itself, and leads to where it comes from', async () => {
    const { text } = await update('<!-- golive-badge:start --><!-- golive-badge:end -->', {
      message: undefined,
      image: `${STATE}/badge.svg`,
      link: STATE,
    });
    expect(text).toBe(
      `<!-- golive-badge:start -->[![self-test](${STATE}/badge.svg)](${STATE})<!-- golive-badge:end -->`,
    );
  });
  test.each<[string, object]>([
    ['neither a message nor an image', { message: undefined }],
    ['both', { image: STATE }],
    ['an image that would break out', { message: undefined, image: 'https://x.test/a)b' }],
    ['an image that is no address of the web', { message: undefined, image: 'javascript:alert(1)' }],
    ['a link that would break out', { link: 'https://x.test/a](b' }],
  ])('%s: refused', async (_, more) => {
    const { run } = await update('<!-- golive-badge:start --><!-- golive-badge:end -->', more);
    expect(failed(run).code).toBe('BAD_INPUT');
  });
  test.each([
    ['no markers', '# A'],
    ['the end before the start', '<!-- golive-badge:end --><!-- golive-badge:start -->'],
    [
      'markers twice',
      '<!-- golive-badge:start --><!-- golive-badge:end --><!-- golive-badge:start --><!-- golive-badge:end -->',
    ],
  ])('%s: refused, nothing written', async (_, text) => {
    const { run, text: after } = await update(text);
    expect(failed(run).code).toBe('EXPECTATION_FAILED');
    expect(after).toBe(text);
  });
  test('what would break out of the badge is refused', async () => {
    const { run } = await update('<!-- golive-badge:start --><!-- golive-badge:end -->', {
      message: 'x](http://evil)',
    });
    expect(failed(run).code).toBe('BAD_INPUT');
  });
});

test('two badges of one file: each undo takes its own back, and no other', async () => {
  const base = temporaryFolder();
  const place = (name: string, inside: string) => `<!-- ${name}:start -->${inside}<!-- ${name}:end -->\n`;
  writeFileSync(join(base, 'R.md'), place('one', 'x') + place('two', 'y'));
  const put = async (marker: string) => {
    const goLive = { baseDir: base, evidenceDir: join(base, 'evidence', marker) };
    const run = await runStep('badge.update', { file: 'R.md', label: marker, message: 'ok', marker }, { goLive });
    passed(run);
    return run;
  };
  const [one, two] = [await put('one'), await put('two')];
  const now = () => readFileSync(join(base, 'R.md'), 'utf8');
  passed(await runTask('badge.update', undoOf(one.task), { part: 'undo' }));
  expect(now()).toContain(place('one', 'x'));
  expect(now()).toContain('![two: ok]');
  passed(await runTask('badge.update', undoOf(two.task), { part: 'undo' }));
  expect(now()).toBe(place('one', 'x') + place('two', 'y'));
});
