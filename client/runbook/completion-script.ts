import { existsSync } from 'node:fs';

/** What is said where a shell lacks what its script needs. */
export const MISSING = {
  bash:
    'golive: completion in bash needs the package bash-completion, which is not there. ' +
    'Install it (apt install bash-completion, dnf install bash-completion, brew install bash-completion@2) and open a new shell.',
  zsh: 'golive: completion in zsh needs its completion system. Add to ~/.zshrc, before this script: autoload -U compinit && compinit',
} as const;

/** Where distributions and Homebrew put its script. */
const PLACES = [
  '/usr/share/bash-completion/bash_completion',
  '/etc/bash_completion',
  '/usr/local/share/bash-completion/bash_completion',
  '/usr/local/etc/profile.d/bash_completion.sh',
  '/opt/homebrew/etc/profile.d/bash_completion.sh',
  '/run/current-system/sw/share/bash-completion/bash_completion',
];

export function bashCompletionIsThere(places: readonly string[] = PLACES): boolean {
  return places.some((place) => existsSync(place));
}

/**
 * A completion script that says what is missing. In bash it is looked for at the Tab key: the script may be read before
 * the package is.
 */
export function guarded(shell: 'bash' | 'zsh' | 'fish' | 'powershell', script: string): string {
  if (shell === 'bash') return `${script}${BASH}`;
  return shell === 'zsh' ? script.replace(/^compdef _golive golive$/gm, () => ZSH) : script;
}

const BASH = `
# Without the package bash-completion there is nothing to ask what stands on the line: that is said, once.
__golive_complete_or_say() {
    if declare -F _get_comp_words_by_ref >/dev/null; then
        __golive_complete "$@"
    elif [[ -z "\${__golive_said:-}" ]]; then
        __golive_said=1
        printf '\\n%s\\n' '${MISSING.bash}' >&2
    fi
}
complete -F __golive_complete_or_say golive
`;

const ZSH = `if (( \${+functions[compdef]} )); then
    compdef _golive golive
else
    print -u2 -- '${MISSING.zsh}'
fi`;
