import { beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan, openRunbook } from '../../client/runbook/load.js';
import { failed, passed, runStep, temporaryFolder } from '../kits/step-run.js';

let folder: string;
const file = (name: string, content: string) => writeFileSync(join(folder, name), content);
const SERVICE = 'name: s\nservices:\n  a: { command: [sleep, "100"] }\n';
beforeEach(() => {
  folder = realpathSync(temporaryFolder());
  for (const name of ['lib', 'stack']) mkdirSync(join(folder, name));
  file('act.sh', 'touch done\n');
  file('lib/data.sql', 'select 1;\n');
  file('undo.sh', 'touch undone\n');
  file('probe.sh', 'exit 0\n');
  file('written.conf', 'old\n');
  file('page.md', '<!-- golive-badge:start -->\n<!-- golive-badge:end -->\n');
  file('built.sh', 'touch done\n');
  file('stack/stack.yaml', SERVICE);
  file(
    'switch.yaml',
    `schema: 1
id: switch
title: Switch
roles: { sre: SRE }
inputs: { script: { type: path, default: ${join(folder, 'act.sh')} } }
phases:
  - id: one
    steps:
      - { id: badge, uses: badge.update, with: { file: page.md, label: agent, message: ok } }
      - { id: write, uses: file.write, with: { path: written.conf, content: new } }
      - id: act
        uses: command.run
        effect: once
        with: { argv: [sh, "\${{ inputs.script }}", written.conf, page.md] }
        probe: { uses: command.run, with: { argv: [sh, probe.sh], expectExit: [0, 1] }, done: it.exitCode == 0, notDone: it.exitCode == 1 }
        undo: [{ uses: command.run, with: { argv: [sh, undo.sh] } }]
      - { id: data, uses: command.run, effect: once, with: { argv: [cat, data.sql], cwd: lib } }
      - { id: built, uses: command.run, effect: once, with: { argv: [sh, built.sh], pin: false } }
      - { id: up, uses: stack.up, with: { stack: stack } }
`,
  );
});

const planned = async () =>
  makePlan(await openRunbook(join(folder, 'switch.yaml')), {
    target: 't',
    change: 'c',
    mode: 'rehearse',
    timeScale: 1,
    inputs: {},
  });

describe('what people looked at is what runs', () => {
  test('the plan holds the hashes of what its commands and stacks use, and not of what it writes itself', async () => {
    const { files = {} } = await planned();
    const names = Object.keys(files).map((path) => path.slice(folder.length + 1));
    expect(names).toEqual(['act.sh', 'lib/data.sql', 'probe.sh', 'stack/stack.yaml', 'undo.sh']);
    for (const hash of Object.values(files)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, () => void, string, object]>([
    ['a script changed', () => file('act.sh', 'touch owned\n'), 'command.run', { argv: ['sh', 'act.sh'] }],
    ['one byte more', () => file('act.sh', 'touch done\n '), 'command.run', { argv: ['sh', 'act.sh'] }],
    ['a script gone', () => rmSync(join(folder, 'act.sh')), 'command.run', { argv: ['sh', 'act.sh'] }],
    [
      'a script that is a link now',
      () => {
        rmSync(join(folder, 'act.sh'));
        file('evil.sh', 'touch owned\n');
        symlinkSync('evil.sh', join(folder, 'act.sh'));
      },
      'command.run',
      { argv: ['sh', 'act.sh'] },
    ],
    [
      'its folder swapped',
      () => {
        rmSync(join(folder, 'lib'), { recursive: true });
        mkdirSync(join(folder, 'elsewhere'));
        file('elsewhere/data.sql', 'drop table;\n');
        symlinkSync('elsewhere', join(folder, 'lib'));
      },
      'command.run',
      { argv: ['cat', 'data.sql'], cwd: 'lib' },
    ],
    [
      'data in another working folder',
      () => file('lib/data.sql', 'drop table;\n'),
      'command.run',
      { argv: ['cat', 'data.sql'], cwd: 'lib' },
    ],
    [
      'the same file by another way',
      () => file('act.sh', 'touch owned\n'),
      'command.run',
      { argv: ['sh', './lib/../act.sh'] },
    ],
    ['the script of an undo', () => file('undo.sh', 'touch owned\n'), 'command.run', { argv: ['sh', 'undo.sh'] }],
    [
      'the definition of a stack',
      () => file('stack/stack.yaml', SERVICE.replace('sleep', 'touch')),
      'stack.up',
      { stack: 'stack' },
    ],
  ])('%s: refused before anything runs', async (_what, change, kind, input) => {
    const { files, folders } = await planned();
    change();
    const goLive = { baseDir: folder, folders: folders ?? [], files: files ?? {} };
    const run = await runStep(kind, input as never, { goLive, task: { effect: 'idempotent' } });
    expect(failed(run)).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/was changed after the plan was made|not touched/),
    });
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });

  test.each([
    ['forward', 'one', /plan and start again/],
    ['on the way back', 'rollback-R1', /put it back as it was planned.*`retry` takes it as it is now/],
  ])('%s the hint says what helps there', async (_what, phase, hint) => {
    const { files, folders } = await planned();
    file('undo.sh', 'touch owned\n');
    const goLive = { baseDir: folder, folders: folders ?? [], files: files ?? {} };
    const task = { effect: 'idempotent' as const, phase };
    const { hint: said = '' } = failed(await runStep('command.run', { argv: ['sh', 'undo.sh'] }, { goLive, task }));
    expect(said).toMatch(hint);
    expect(/start again/.test(said)).toBe(phase === 'one');
  });

  test('what was not changed runs, and so does what may change', async () => {
    const { files, folders } = await planned();
    file('built.sh', 'touch rebuilt\n');
    const goLive = { baseDir: folder, folders: folders ?? [], files: files ?? {} };
    passed(
      await runStep('command.run', { argv: ['sh', 'act.sh'] }, { goLive, task: { effect: 'idempotent', step: 'a' } }),
    );
    passed(
      await runStep(
        'command.run',
        { argv: ['sh', 'built.sh'], pin: false },
        { goLive, task: { effect: 'idempotent', step: 'b' } },
      ),
    );
    expect(existsSync(join(folder, 'rebuilt'))).toBe(true);
  });
});
