#!/usr/bin/env node
import { CommanderError } from '@commander-js/extra-typings';
import { CliError } from './errors.js';
import { buildProgram } from './program.js';
import { cleanLines } from './render/text.js';
import { unexpected } from './terminal/unexpected.js';

/** Prints an error for the person at the terminal and gives the exit code; a stack only with GOLIVE_DEBUG=1. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const name = error instanceof Error ? error.name : '';
  // Ctrl-C at a question.
  if (name === 'ExitPromptError') return 130;
  const debug = process.env['GOLIVE_DEBUG'] === '1' && error instanceof Error ? `${error.stack}\n` : '';
  const lines = error instanceof CliError ? linesOf(error) : toldLines(error, debug !== '');
  process.stderr.write(`${lines.join('\n')}\n${debug}`);
  return error instanceof CliError ? error.options.exitCode : 1;
}

function linesOf({ message, options }: CliError): string[] {
  const lines = [`golive: ${cleanLines(message)}`];
  if (options.where !== undefined) lines.push(`  where  ${cleanLines(options.where).replaceAll('\n', '\n         ')}`);
  if (options.hint !== undefined) lines.push(`  next   ${cleanLines(options.hint).replaceAll('\n', '\n         ')}`);
  return lines;
}

/** With its stack shown, a defect need not be looked for again. */
function toldLines(error: unknown, debug: boolean): string[] {
  const { message, next, defect } = unexpected(error);
  return [`golive: ${message}`, `  next   ${defect && debug ? 'This is a defect of golive: please report it.' : next}`];
}

/** A reader that went away (`| head`) is no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
process.on('uncaughtException', (error) => process.exit(report(error)));

try {
  const [verb, separator, ...words] = process.argv.slice(2);
  // What a shell asks at the Tab key is no verb for people.
  if (verb === 'complete' && separator === '--')
    (await import('./runbook/complete.js')).complete(buildProgram(), words);
  else await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
