import { Command } from '@commander-js/extra-typings';
import { CliError } from '../../client/errors.js';

export interface Said {
  stdout: string;
  stderr: string;
  /** What the process would exit with. */
  code: number;
  error?: CliError;
}

/** Runs one verb in this process and catches what it prints. */
export async function runVerb(verb: { register(program: Command): void }, ...args: string[]): Promise<Said> {
  const program = new Command('golive').exitOverride();
  verb.register(program);
  const said: Said = { stdout: '', stderr: '', code: 0 };
  const { stdout, stderr } = process;
  const real = { out: stdout.write, err: stderr.write };
  const before = process.exitCode;
  process.exitCode = undefined;
  stdout.write = (text: string | Uint8Array) => ((said.stdout += text), true);
  stderr.write = (text: string | Uint8Array) => ((said.stderr += text), true);
  try {
    await program.parseAsync(args, { from: 'user' });
    said.code = process.exitCode ?? 0;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    said.error = error;
    said.code = error.options.exitCode;
  } finally {
    stdout.write = real.out;
    stderr.write = real.err;
    process.exitCode = before;
  }
  return said;
}
