import { Argument, type Command } from '@commander-js/extra-typings';

/** `golive completion`: the script that teaches a shell golive's verbs, options and names. */
export function register(program: Command): void {
  program
    .command('completion')
    .summary('print the completion script of a shell')
    .description(
      'Print a script that completes verbs, options, runbooks, targets and faults at the Tab key. ' +
        'In bash it needs the package bash-completion, in zsh `compinit`; where they are missing, the script says so, and how to get them.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish', 'powershell'] as const))
    .addHelpText(
      'after',
      '\nExamples:\n  golive completion bash > ~/.local/share/bash-completion/completions/golive\n  golive completion zsh > "${fpath[1]}/_golive"\n  golive completion fish > ~/.config/fish/completions/golive.fish',
    )
    .action(async (shell) => {
      const [{ script }, { guarded, bashCompletionIsThere, MISSING }] = await Promise.all([
        import('@bomb.sh/tab'),
        import('../runbook/completion-script.js'),
      ]);
      const lines: string[] = [];
      const { log } = console;
      // The library prints it; it is needed as a text.
      console.log = (...texts: unknown[]) => lines.push(texts.join(' '));
      try {
        script(shell, 'golive', 'golive');
      } finally {
        console.log = log;
      }
      process.stdout.write(guarded(shell, `${lines.join('\n')}\n`));
      if (shell === 'bash' && !bashCompletionIsThere()) process.stderr.write(`${MISSING.bash}\n`);
    });
}
