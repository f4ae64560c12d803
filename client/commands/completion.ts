import { Argument, type Command } from '@commander-js/extra-typings';

/** `golive completion`: the script that teaches a shell golive's verbs, options and names. */
export function register(program: Command): void {
  program
    .command('completion')
    .summary('print the completion script of a shell')
    .description(
      'Print a script that completes verbs, options, runbooks, targets and faults at the Tab key. In bash it needs the package bash-completion.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish', 'powershell'] as const))
    .addHelpText(
      'after',
      '\nExamples:\n  golive completion bash > ~/.local/share/bash-completion/completions/golive\n  golive completion zsh > "${fpath[1]}/_golive"\n  golive completion fish > ~/.config/fish/completions/golive.fish',
    )
    .action(async (shell) => {
      const { script } = await import('@bomb.sh/tab');
      script(shell, 'golive', 'golive');
    });
}
