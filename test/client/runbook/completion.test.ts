import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
            `${BASH_COMPLETION}\nsource <(golive completion bash)\nCOMP_WORDS=(${words})\n__golive_complete\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
          ],
          { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` } },
        );
      expect(line('golive evi').trim()).toBe('evidence');
      expect(line(`golive rehearse ''`)).toContain('runbooks/lcopilot-day3.yaml');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each(['zsh', 'fish', 'powershell'])('prints a script for %s', (shell) => {
    expect(golive('completion', shell)).toContain('golive');
  });
});
