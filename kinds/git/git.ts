import type { CommandOptions, CommandResult, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

const CALL_MS = 60_000;
/** Most that is read of one answer; what is longer is refused, never read in part. */
const CAPTURED = 8 * 1024 * 1024;
/** Kept of an output that is given as it comes: the words of an error. */
const SAID = 64 * 1024;

/** Who makes golive's commits, whatever the user of the worker is called. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'golive',
  GIT_AUTHOR_EMAIL: 'golive@localhost',
  GIT_COMMITTER_NAME: 'golive',
  GIT_COMMITTER_EMAIL: 'golive@localhost',
};

/**
 * What git says must not depend on who runs it: no configuration of the user or the machine, no replaced or grafted
 * commits, no network, no questions. Names are names, never patterns.
 */
const APART = {
  ...IDENTITY,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // Also of a clone that has only a part: what is not there is not fetched unasked.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_EDITOR: 'true',
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
};

/** A repository's own configuration counts for what it is made of (line ends, modes), not for programs and habits. */
const HABITS: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.quotePath', 'false'],
  ['core.protectNTFS', 'true'],
  ['core.protectHFS', 'true'],
  ['commit.gpgSign', 'false'],
  ['merge.verifySignatures', 'false'],
  ['merge.autoStash', 'false'],
  ['merge.renames', 'true'],
  ['merge.directoryRenames', 'conflict'],
  ['merge.renormalize', 'false'],
  ['submodule.recurse', 'false'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['log.showSignature', 'false'],
  ['i18n.logOutputEncoding', 'UTF-8'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/**
 * To a remote, the user's configuration counts: who he is there, by which proxy, under which name, by which programs. The
 * repository's own counts for addresses; the programs that it names are kept away by `remoteProgramsOff`.
 */
const ONLINE = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  LC_ALL: 'C',
};
const ONLINE_HABITS: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['push.gpgSign', 'false'],
  ['push.followTags', 'false'],
  ['push.recurseSubmodules', 'no'],
];

export type Setting = readonly [name: string, value: string];

/** Git in one repository, without its user's habits, hooks and questions. */
export interface Git {
  /** Any end is a result. */
  try(...args: string[]): Promise<CommandResult>;
  /** Its whole output. @throws StepError COMMAND_FAILED */
  text(...args: string[]): Promise<string>;
  /** The first line of its output. */
  line(...args: string[]): Promise<string>;
  /** Its whole output, with this on its standard input. */
  feed(input: string, ...args: string[]): Promise<string>;
  /** SHA-256 of its whole output. */
  digest(...args: string[]): Promise<string>;
  /** Gives its output as it comes, of any length. @throws StepError COMMAND_FAILED when it did not end well */
  pour(how: Pour, ...args: string[]): Promise<void>;
}

/** How output is given: its bytes, or the texts between two marks. What takes it must not throw. */
export type Pour = { timeoutMs: number; input?: string } & (
  | { cut: '\0' | '\n'; take: (text: string) => void }
  | { cut?: undefined; take: (bytes: Uint8Array) => void }
);

interface Ways {
  settings?: readonly Setting[];
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** Git that reads and writes objects, trees and branches of this machine. */
export function gitIn(repo: string, context: Pick<StepContext, 'run'>, { settings = [], env = {} }: Ways = {}): Git {
  return runnerOf(repo, context, { settings: [...HABITS, ...settings], env: { ...APART, ...env } });
}

/** Git that speaks to remotes. `settings` and `env`: what keeps the programs away that the repository names. */
export function gitOnline(
  repo: string,
  context: Pick<StepContext, 'run'>,
  { timeoutMs = CALL_MS, settings = [], env = {} }: Ways,
): Git {
  return runnerOf(repo, context, {
    settings: [...ONLINE_HABITS, ...settings],
    env: { ...ONLINE, ...env },
    timeoutMs,
  });
}

function runnerOf(
  repo: string,
  context: Pick<StepContext, 'run'>,
  ways: Required<Omit<Ways, 'timeoutMs'>> & Ways,
): Git {
  const env = { ...ways.env, ...settingsAsEnv(ways.settings) };
  const run = (args: string[], input?: string, more: Partial<CommandOptions> = {}): Promise<CommandResult> =>
    context.run({
      argv: ['git', ...args],
      cwd: repo,
      env,
      ownEnv: true,
      timeoutMs: ways.timeoutMs ?? CALL_MS,
      captureBytes: CAPTURED,
      pin: false,
      ...(input === undefined ? {} : { input }),
      ...more,
    });
  const text = async (args: string[], input?: string): Promise<string> => {
    const result = await run(args, input);
    const name = args.find((arg) => !arg.startsWith('-')) ?? '';
    if (result.truncated) {
      throw new StepError('EXPECTATION_FAILED', `What git ${name} says of ${repo} is longer than ${CAPTURED} bytes.`);
    }
    // What it tells is read, as a hash or a tree, before it is kept.
    if (result.exitCode === 0) return result.rawStdout;
    throw endedBadly(repo, name, result);
  };
  const pour: Git['pour'] = async (how, ...args) => {
    const onStdout = how.cut === undefined ? how.take : cutAt(how.cut, how.take);
    const result = await run(args, how.input, { timeoutMs: how.timeoutMs, captureBytes: SAID, onStdout });
    if (result.exitCode !== 0) throw endedBadly(repo, args[0] ?? '', { ...result, stdout: '' });
  };
  return {
    try: (...args) => run(args),
    text: (...args) => text(args),
    line: async (...args) => (await text(args)).split('\n')[0]?.trim() ?? '',
    feed: (input, ...args) => text(args, input),
    digest: async (...args) => {
      const { exitCode, sha256 } = await run(args);
      if (exitCode === 0) return sha256;
      throw new StepError('COMMAND_FAILED', `git ${args[0] ?? ''} in ${repo} ended with ${exitCode ?? 'a signal'}.`);
    },
    pour,
  };
}

function endedBadly(repo: string, name: string, result: CommandResult): StepError {
  const { clause, said } = lastWords(result.stderr || result.stdout);
  return new StepError(
    'COMMAND_FAILED',
    `git ${name} in ${repo} ended with ${result.exitCode ?? result.signal}${clause}`,
    { said },
  );
}

/** Cuts bytes into texts, each of which ends with a mark. */
function cutAt(mark: '\0' | '\n', take: (text: string) => void): (bytes: Uint8Array) => void {
  const byte = mark.charCodeAt(0);
  let begun: Uint8Array[] = [];
  return (bytes) => {
    let from = 0;
    for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, from)) {
      begun.push(bytes.subarray(from, at));
      take(Buffer.concat(begun).toString('utf8'));
      begun = [];
      from = at + 1;
    }
    if (from < bytes.length) begun.push(bytes.subarray(from));
  };
}

/** Settings for one call: they count before those of the repository, and may hold any name of a section. */
function settingsAsEnv(settings: readonly Setting[]): Record<string, string> {
  const pairs = settings.flatMap(([name, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}
