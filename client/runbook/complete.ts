import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import tab, { type Complete } from '@bomb.sh/tab';
import type { Command } from '@commander-js/extra-typings';

/** Reads names that fit an argument or option out of the project; nothing is asked of a server. */
type Names = () => string[];

const RUNBOOK_FOLDERS = ['.', 'runbooks'];

function runbooks(): string[] {
  return RUNBOOK_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name) && name !== 'golive.yaml' && name !== 'docker-compose.yml')
      .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  );
}

/** Targets that have left evidence below this project. */
function targets(): string[] {
  const root = resolve('evidence');
  if (!existsSync(root)) return [];
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory());
}

/** Every `id:` below a list of the runbooks here, read without judging: a half-written runbook completes as well. */
function idsBelow(heading: RegExp): Names {
  return () =>
    runbooks().flatMap((file) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      const from = lines.findIndex((line) => heading.test(line));
      const rest = from < 0 ? [] : lines.slice(from + 1);
      const end = rest.findIndex((line) => /^\S/.test(line));
      const part = end < 0 ? rest : rest.slice(0, end);
      return part.flatMap((line) => /^\s+- (?:\{ )?id: ([\w-]+)/.exec(line)?.[1] ?? []);
    });
}

function roles(): string[] {
  return runbooks().flatMap((file) => {
    const block = /^roles:\n((?:[ \t]+.*\n)+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    return [...block.matchAll(/^\s+([\w-]+):/gm)].flatMap(([, role]) => role ?? []);
  });
}

const NAMES: Record<string, Names> = {
  runbook: runbooks,
  file: runbooks,
  target: targets,
  bundle: targets,
  '--fault': idsBelow(/^\s+faults:/),
  '--as': roles,
};

function offer(names: readonly string[]): (complete: Complete) => void {
  return (offerOne) => {
    for (const name of new Set(names)) offerOne(name, '');
  };
}

/**
 * Answers a shell's completion request (`golive complete -- <words>`) on stdout, from the program's own verbs.
 *
 * @param words what stands on the line behind `golive`, the last one being typed
 */
export function complete(program: Command, words: string[]): void {
  for (const verb of program.createHelp().visibleCommands(program)) {
    const known = tab.command(verb.name(), verb.summary() || verb.description());
    for (const argument of verb.registeredArguments) {
      const names = argument.argChoices ?? NAMES[argument.name()]?.();
      known.argument(argument.name(), names === undefined ? undefined : offer(names), argument.variadic);
    }
    for (const option of verb.createHelp().visibleOptions(verb)) {
      const long = option.long?.replace(/^--/, '');
      if (long === undefined) continue;
      const alias = option.short?.replace(/^-/, '');
      if (!option.required && !option.optional) known.option(long, option.description, alias);
      else known.option(long, option.description, offer(option.argChoices ?? NAMES[`--${long}`]?.() ?? []), alias);
    }
  }
  tab.parse(words);
}
