import { mkdirSync, realpathSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** A wrong command line: exit 2. */
export class UsageError extends Error {}

/** What a fault of a lab is called, and what it breaks. */
export interface NamedFault {
  id: string;
  summary: string;
}

export interface LabOptions<F extends NamedFault> {
  dir: string;
  fault: F;
  /** A rehearsal's time runs so many times as fast. */
  timeScale: number;
}

/**
 * Reads a lab's command line. Undefined when it asked only for the list of faults, which is printed.
 * @throws UsageError
 */
export function labOptions<F extends NamedFault>(
  faults: readonly F[],
  sound: F,
  most: number,
): LabOptions<F> | undefined {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      fault: { type: 'string' },
      'time-scale': { type: 'string' },
      'list-faults': { type: 'boolean' },
    },
  });
  if (values['list-faults']) {
    process.stdout.write(faults.map(({ id, summary }) => `${id}  ${summary}\n`).join(''));
    return undefined;
  }
  if (!values.dir) throw new UsageError('usage: main.js --dir DIR [--fault ID] [--time-scale N] | --list-faults');
  const fault = values.fault === undefined ? sound : faults.find(({ id }) => id === values.fault);
  if (!fault)
    throw new UsageError(
      `unknown fault ${JSON.stringify(values.fault)}; known: ${faults.map(({ id }) => id).join(', ')}`,
    );
  const timeScale = Number(values['time-scale'] ?? 1);
  if (!(timeScale > 0 && timeScale <= most))
    throw new UsageError(`--time-scale must be a number above 0, up to ${most}`);
  mkdirSync(values.dir, { recursive: true });
  return { dir: realpathSync(values.dir), fault, timeScale };
}
