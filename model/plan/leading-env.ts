import { isPath } from './programs.js';
/**
 * Variables that make another program run than the one that is started, or its code run inside of it. A name that ends
 * with `*` stands for all that begin so. Beside a list of programs (`allow.commands`) no step may set them.
 */
export const LEADING_ENV: Readonly<Record<string, readonly string[]>> = {
  loader: ['LD_*', 'DYLD_*', 'GCONV_PATH', 'OPENSSL_CONF', 'OPENSSL_ENGINES', 'OPENSSL_MODULES'],
  shells: ['BASH_ENV', 'ENV', 'BASH_FUNC_*', 'SHELLOPTS', 'BASHOPTS', 'PS4', 'PROMPT_COMMAND', 'ZDOTDIR', 'SHELL'],
  Node: ['NODE_OPTIONS', 'NODE_PATH', 'npm_config_*'],
  Python: ['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONBREAKPOINT', 'PYTHONUSERBASE', 'PYTHONPLATLIBDIR'],
  Perl: ['PERL5OPT', 'PERL5LIB', 'PERLLIB', 'PERL5DB'],
  Ruby: ['RUBYOPT', 'RUBYLIB', 'GEM_HOME', 'GEM_PATH'],
  Java: ['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH'],
  'PHP and Lua': ['PHPRC', 'PHP_INI_SCAN_DIR', 'LUA_INIT*', 'LUA_PATH*', 'LUA_CPATH*'],
  git: [
    'GIT_SSH',
    'GIT_SSH_COMMAND',
    'GIT_EXEC_PATH',
    'GIT_EDITOR',
    'GIT_SEQUENCE_EDITOR',
    'GIT_PAGER',
    'GIT_ASKPASS',
    'GIT_EXTERNAL_DIFF',
    'GIT_PROXY_COMMAND',
    'GIT_TEMPLATE_DIR',
    'GIT_CONFIG*',
  ],
  'editors, pagers and askers': [
    'EDITOR',
    'VISUAL',
    'PAGER',
    'MANPAGER',
    'BROWSER',
    'LESSOPEN',
    'LESSCLOSE',
    'SSH_ASKPASS',
    'SUDO_ASKPASS',
  ],
  builds: ['MAKEFLAGS', 'MAKEFILES', 'GNUMAKEFLAGS', 'RUSTC_WRAPPER', 'CARGO_HOME'],
  Windows: ['COMSPEC', 'PATHEXT', 'PSModulePath'],
};

const NAMES = Object.values(LEADING_ENV).flat();

/** By its name on any system: Windows does not tell `Path` from `PATH`. */
const isNamed = (name: string, listed: string): boolean => {
  const [one, other] = [name.toUpperCase(), listed.toUpperCase()];
  return other.endsWith('*') ? one.startsWith(other.slice(0, -1)) : one === other;
};

/**
 * The variables of an environment by which another program would run than the one that is listed: those of the table,
 * and PATH where a bare name is looked for on it.
 *
 * @param names of the variables that a step sets
 * @param programs what it starts, as in `argv[0]`; where they are not known, PATH leads them, too
 */
export function leadingEnv(names: readonly string[], programs: readonly string[]): string[] {
  const bare = programs.some((program) => !isPath(program));
  return names.filter((name) => (bare && isNamed(name, 'PATH')) || NAMES.some((one) => isNamed(name, one)));
}

/** What to do about one of them. */
export function leadingHint(name: string): string {
  const other = isNamed(name, 'PATH') ? ', or give the path of the program in `argv` and in `allow.commands`' : '';
  return `Take ${name} out of \`env\`${other}.`;
}
