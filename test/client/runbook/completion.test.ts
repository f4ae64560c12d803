import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bashCompletionIsThere, MISSING } from '../../../client/runbook/completion-script.js';

const cli = resolve('dist/bin/golive.js');
const golive = (...args: string[]): string => execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
const offered = (...words: string[]): string[] =>
  golive('complete', '--', ...words)
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((line) => line !== '' && !line.startsWith(':'));

/** What the package bash-completion and an interactive bash would give the script. */
const BASH_COMPLETION = `_get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$((\${#words[@]} - 1)); cur=\${words[cword]}; }
compopt() { :; }`;

describe('shell completion', () => {
  test.each([
    ['verbs', [''], 'rehearse'],
    ['the verb begun', ['reh'], 'rehearse'],
    ['runbooks', ['validate', ''], 'runbooks/lcopilot-day3.yaml'],
    ['options', ['status', 'shop', '--'], '--json'],
    ['roles', ['approve', 'shop', 'smoke', '--as', ''], 'cto'],
    ['faults', ['rehearse', 'runbooks/lcopilot-day3.yaml', '--fault', ''], 'uniform-block'],
  ])('offers %s', (_what, words, expected) => {
    expect(offered(...words)).toContain(expected);
  });

  test('what it does not know, it does not offer', () => {
    expect(offered('reh')).toEqual(['rehearse']);
    expect(offered('nonsense', '')).toEqual([]);
  });

  test('a real bash completes with the script that is printed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golive-completion-'));
    try {
      const shim = join(folder, 'golive');
      writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
      chmodSync(shim, 0o755);
      const line = (words: string): string =>
        execFileSync(
          'bash',
          [
            '--norc',
            '-c',
            `${BASH_COMPLETION}\nsource <(golive completion bash 2>/dev/null)\nCOMP_WORDS=(${words})\n__golive_complete_or_say\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
          ],
          { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` } },
        );
      expect(line('golive evi').trim()).toBe('evidence');
      expect(line(`golive rehearse ''`)).toContain('runbooks/lcopilot-day3.yaml');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a real bash without the package bash-completion says so once, and how to get it, and is not harmed', () => {
    const tab = 'COMP_WORDS=(golive evi)\n__golive_complete_or_say\n';
    const input = `${golive('completion', 'bash')}${tab}${tab}echo "left: \${COMPREPLY[*]}"\ncomplete -p golive\n`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc'], { input, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'left: \ncomplete -F __golive_complete_or_say golive\n',
      stderr: expect.stringMatching(
        /^\n?golive: completion in bash needs the package bash-completion.*apt install bash-completion.*\n$/,
      ),
    });
  });

  test('the command says so as well where the package is not there, beside the script, and ends with 0', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'completion', 'bash'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, bashCompletionIsThere() ? '' : `${MISSING.bash}\n`]);
    expect(stdout).toContain('__golive_complete_or_say');
    expect([bashCompletionIsThere(['/nowhere']), bashCompletionIsThere(['/nowhere', cli])]).toEqual([false, true]);
  });

  test('zsh without its completion system is told what to add', () => {
    const script = golive('completion', 'zsh');
    expect(script.match(/compdef _golive golive/g)).toHaveLength(1);
    expect(script).toContain(`else\n    print -u2 -- '${MISSING.zsh}'\nfi`);
    expect(script).toMatch(/^#compdef golive\n/);
  });

  test.each([[['completion', 'tcsh']], [['completion']], [['completion', 'bash', 'zsh']]])(
    '%j ends with 2 and prints no script',
    (words) => {
      const { status, stdout } = spawnSync(process.execPath, [cli, ...words], { encoding: 'utf8' });
      expect([status, stdout]).toEqual([2, '']);
    },
  );

  test.each(['zsh', 'fish', 'powershell'])('prints a script for %s', (shell) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'completion', shell], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('golive');
  });
});
