import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../client/terminal/outcome.js';
import { CLASSES } from '../../evidence/verify/finding.js';

const root = new URL('../../', import.meta.url).pathname;

/** Every exit code in the words of the pages. A test holds it to the codes that the program gives. */
const MEANINGS: Record<number, string> = {
  0: 'every decision is GO (or waived), or the command is done',
  1: 'an error that golive did not expect, or a server that does not answer',
  2: 'bad input, or something that is needed is missing; nothing was done',
  3: 'NO-GO, inconclusive or aborted',
  4: 'refused, or not ended yet',
  5: 'ROLLBACK INCOMPLETE: something that was to be undone was not',
  10: 'evidence was altered: a byte, a file, a line',
  11: 'evidence is not complete: the go-live did not end, or its end was cut off',
  12: 'evidence was sealed or signed with a key that you do not trust',
  13: 'evidence is whole and genuine, but was decided against its own rules',
  14: 'evidence is not of the workflow that it names',
  15: 'not all of the evidence can be read: no rights, a failing disk, or more than golive reads',
  16: 'evidence is of another go-live than `--expect` says',
  130: 'interrupted at the terminal; a rehearsal was aborted and undone',
};

/** The codes that have a meaning here. */
export const DOCUMENTED = Object.keys(MEANINGS).map(Number);

/** The codes that the program gives: its two tables, and the numbers that stand where it ends. */
export function codesOfProgram(): number[] {
  const files = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' });
  const literals = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join(root, 'client', file), 'utf8').split('\n'))
    .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line))
    .flatMap((line) => /exitCode\b[^'"`]*|(?<=ExitPromptError'\) )return \d+/.exec(line)?.[0].match(/\b\d+\b/g) ?? [])
    .map(Number);
  return [...new Set([...Object.values(EXIT), ...Object.values(CLASSES), ...literals])].toSorted((a, b) => a - b);
}

/** The table of the README and of docs/failures.md. */
export function exitTable(): string {
  const rows = Object.entries(MEANINGS).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ['| exit code | meaning |', '|---|---|', ...rows].join('\n');
}
