import type { JsonObject } from '../../model/json.js';

/** What is counted of one source file. */
interface Counts {
  lines: number;
  covered: number;
  functions: number;
  coveredFunctions: number;
  branches: number;
  coveredBranches: number;
}

const TOTALS: Readonly<Record<string, keyof Counts>> = {
  FNF: 'functions',
  FNH: 'coveredFunctions',
  BRF: 'branches',
  BRH: 'coveredBranches',
};

/**
 * Rows of an lcov trace file, one for each source file. Lines are counted, and held to the totals that the file says.
 *
 * @throws Error when it holds nothing, is half-written, or holds fewer lines than it says
 */
export function lcovRows(text: string): JsonObject[] {
  const rows: JsonObject[] = [];
  let file: string | undefined;
  let counts = none();
  let said: number | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [key = '', value = ''] = [line.split(':', 1)[0], line.slice(line.indexOf(':') + 1)];
    const at = `line ${index + 1}`;
    if (key === 'SF') {
      if (file !== undefined) throw new Error(`${at} begins a file within another`);
      [file, counts, said] = [value, none(), undefined];
    } else if (key === 'DA') {
      counts.lines += 1;
      counts.covered += numberOf(value.split(',')[1], at) > 0 ? 1 : 0;
    } else if (key === 'LF') said = numberOf(value, at);
    else if (Object.hasOwn(TOTALS, key)) counts[TOTALS[key] ?? 'functions'] = numberOf(value, at);
    else if (line === 'end_of_record') {
      if (file === undefined) throw new Error(`${at} ends a file that was not begun`);
      if (said !== undefined && said > counts.lines) {
        throw new Error(`${at}: ${file} holds ${counts.lines} lines and says ${said}`);
      }
      rows.push({ file, ...counts });
      file = undefined;
    }
  }
  if (file !== undefined) throw new Error(`it ends within ${file}`);
  if (rows.length === 0) throw new Error('it holds no source file');
  return rows;
}

const none = (): Counts => ({
  lines: 0,
  covered: 0,
  functions: 0,
  coveredFunctions: 0,
  branches: 0,
  coveredBranches: 0,
});

function numberOf(text: string | undefined, at: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new Error(`${at} has no number where one must be`);
  return Number(text);
}
