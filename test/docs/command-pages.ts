import type { Argument, CommandUnknownOpts as Command, Help, Option } from '@commander-js/extra-typings';
import { buildProgram } from '../../client/program.js';

/** A command with the words that call it: `golive schedule apply`. */
export interface NamedCommand {
  words: string;
  command: Command;
}

const root: Command = buildProgram();
const help: Help = root.createHelp();

/** Every command of the program, groups before their members, in the order of `golive --help`; last what it leaves out. */
export function commandsOfProgram(): NamedCommand[] {
  const below = (command: Command, words: string): NamedCommand[] => {
    const shown = help.visibleCommands(command);
    const hidden = command.commands.filter((child) => !shown.includes(child));
    return [...shown, ...hidden].flatMap((child) => {
      // Commander gives each group a `help` of its own; that of the program is enough.
      if (child.name() === 'help' && command !== root) return [];
      const own = { words: `${words} ${child.name()}`, command: child };
      return child.commands.length > 0 ? [own, ...below(child, own.words)] : [own];
    });
  };
  return below(root, root.name());
}

/** The options that a command knows, each spelling: `--yes`, `-y`. */
export function flagsOf(command: Command): string[] {
  return help.visibleOptions(command).flatMap(({ long, short }) => [long, short].filter((flag) => flag != null));
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const firstUp = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => firstUp(cell(text)).replace(/[^.)]$/, '$&.');
const anchor = (words: string): string => words.toLowerCase().replaceAll(' ', '-');

function argumentRow(argument: Argument): string {
  const { required, variadic } = argument;
  const name = `${argument.name()}${variadic ? '...' : ''}`;
  return `| \`${required ? `<${name}>` : `[${name}]`}\` | ${cell(help.argumentDescription(argument))} |`;
}

function optionRow(option: Option): string {
  const { flags, mandatory, defaultValue } = option;
  const fallback =
    typeof defaultValue === 'string' || typeof defaultValue === 'number' ? ` (default: ${defaultValue})` : '';
  return `| \`${flags}\` | ${mandatory ? '**required**: ' : ''}${cell(option.description)}${fallback} |`;
}

/** What a command adds below its help: examples in a block, other lines as prose. */
function endOf(command: Command): string[] {
  const said: string[] = [];
  const write = (text: string): void => void said.push(text);
  command.configureOutput({ ...command.configureOutput(), writeOut: write, writeErr: write }).outputHelp();
  const after = said.join('').slice(command.helpInformation().length);
  const examples = after.match(/^ {2}\S.*$/gm)?.map((line) => line.trim()) ?? [];
  const prose = after.split('\n').filter((line) => line !== '' && !line.startsWith('  ') && !/^Examples?:$/.test(line));
  return [
    ...(examples.length > 0 ? ['', '```', ...examples, '```'] : []),
    ...(prose.length > 0 ? ['', prose.join(' ')] : []),
  ];
}

function section({ words, command }: NamedCommand): string {
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const rows = [...help.visibleArguments(command).map(argumentRow), ...options.map(optionRow)];
  return [
    `## ${words}`,
    '',
    sentence(command.description()),
    ...(rows.length > 0 ? ['', '| argument or option | meaning |', '|---|---|', ...rows] : []),
    ...endOf(command),
    '',
  ].join('\n');
}

function overviewRow(command: Command, before: string): string {
  const words = `${before} ${command.name()}`;
  return `| [\`${words}\`](#${anchor(words)}) | ${cell(firstUp(command.summary() || command.description()))} |`;
}

/** The overview: each command with one line, under the headings of `golive --help`. */
export function commandTable(): string {
  const headings = new Map<string, string[]>();
  for (const child of help.visibleCommands(root)) {
    const words = `golive ${child.name()}`;
    const row = overviewRow(child, 'golive');
    const heading = child.helpGroup();
    const below = child.commands.length > 0 ? help.visibleCommands(child).filter((one) => one.name() !== 'help') : [];
    headings.set(heading, [...(headings.get(heading) ?? []), row, ...below.map((one) => overviewRow(one, words))]);
  }
  return [...headings]
    .map(([heading, rows]) => [`**${heading}**`, '', '| command | does |', '|---|---|', ...rows].join('\n'))
    .join('\n\n');
}

/** Every command with its arguments, options and example. */
export function commandSections(): string {
  return commandsOfProgram().map(section).join('\n');
}
