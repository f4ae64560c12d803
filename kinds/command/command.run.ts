import { rm } from 'node:fs/promises';
import type { commandRun as kind } from './command.run.kind.js';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { commandEnv } from '../shared/command-env.js';
import { readJson } from '../shared/json.js';
import { keptText } from '../shared/kept.js';
import { matchTail } from '../shared/patterns.js';
import { brokenAt, decoded } from '../shared/text.js';
import type { CommandResult, HandlerOf, StepContext } from '../../activities/step/step.js';
import { errnoOf } from '../../host/errno.js';
import { openRegular } from '../../host/regular-file.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

const OUTPUT_FILE_BYTES = 64 * 1024;
/** A step's outputs may have 32 KiB in all. */
const VALUES_BYTES = 28 * 1024;
const TAIL = 2000;

export const commandRun: HandlerOf<typeof kind> = {
  async do(input, context) {
    const file = input.outputs ? context.path(input.outputs.file) : undefined;
    // What an earlier command left there is not this one's output.
    if (file) await rm(file, { force: true });
    const env = await commandEnv(input.env ?? {}, context);
    const result = await context.run({
      argv: input.argv,
      cwd: input.cwd === undefined ? context.task.goLive.baseDir : context.path(input.cwd),
      env: {
        ...env,
        ...(file ? { GOLIVE_OUTPUT_FILE: file } : {}),
      },
      timeoutMs: input.timeout ?? context.task.timeoutMs,
      saveAs: 'output.log',
      pin: input.pin,
    });
    if (result.truncated) {
      const { bytes, sha256 } = result;
      await context.evidence.write('output.json', `${JSON.stringify({ bytes, sha256, truncated: true })}\n`);
    }
    const program = input.argv[0] ?? '';
    if (result.exitCode === null || !input.expectExit.includes(result.exitCode))
      throw badExit(program, result, context);
    if (input.expectStdout !== undefined && !matchTail(input.expectStdout, result.rawStdout)) {
      throw new StepError(
        'COMMAND_FAILED',
        `${program} ended with code ${result.exitCode}, but its output does not match ${input.expectStdout}.`,
        { facts: { stdoutTail: result.stdout.slice(-400) }, evidence: context.evidence.refs() },
      );
    }
    const written = file ? await readValues(file, context) : { values: {}, credentials: 0 };
    const stdoutTail = result.stdout.slice(-TAIL);
    return {
      outputs: {
        exitCode: result.exitCode,
        durationMs: result.durationMs,
        stdoutTail,
        values: written.values,
        credentials: (result.credentials ?? 0) + written.credentials,
      },
      summary: `${program} ended with code ${result.exitCode} after ${result.durationMs} ms`,
    };
  },
};

function badExit(program: string, result: CommandResult, context: StepContext): StepError {
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
  const { clause, said } = lastWords(result.stderr || result.stdout);
  return new StepError('COMMAND_FAILED', `${program} ${how}${clause}`, {
    said,
    facts: { exitCode: result.exitCode, signal: result.signal },
    evidence: context.evidence.refs(),
  });
}

/** A JSON object, exact: what a program would read otherwise than it is written is refused. */
function valuesIn(written: Uint8Array, path: string): JsonObject {
  const refused = (why: string): StepError => new StepError('COMMAND_FAILED', `The output file ${path} ${why}.`);
  const text = decoded(written, 'utf-8');
  if (text === undefined)
    throw refused(`is no UTF-8: byte ${brokenAt(written, 'utf-8')} (counted from 0) is none of it`);
  const { value, why } = readJson(text.replace(/^\ufeff/, ''));
  if (why !== undefined) throw refused(why);
  if (!isJsonObject(value)) throw refused('does not hold a JSON object');
  if (namesPrototype(value)) throw refused('has a member "__proto__", which programs lose');
  return value;
}

function namesPrototype(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}

interface Written {
  values: Record<string, Json>;
  credentials: number;
}

async function readOutputFile(path: string): Promise<Buffer> {
  const { handle, stats } = await openRegular(path).catch((cause: unknown) => {
    const why = errnoOf(cause) ?? 'error';
    const what = why.includes(' ') ? `, but ${why}` : '';
    throw new StepError('NOT_FOUND', `The command did not write its output file ${path}${what}.`, { cause });
  });
  try {
    if (stats.size <= OUTPUT_FILE_BYTES) return await handle.readFile();
    throw new StepError(
      'COMMAND_FAILED',
      `The output file ${path} has ${stats.size} bytes; ${OUTPUT_FILE_BYTES} may be read.`,
    );
  } finally {
    await handle.close();
  }
}

async function readValues(path: string, context: StepContext): Promise<Written> {
  const written = await readOutputFile(path);
  const { text: kept, credentials } = await context.withoutCredentials(
    await keptText(written.toString('utf8'), context),
  );
  await context.evidence.write('outputs.json', kept);
  const values = valuesIn(written, path);
  const bytes = Buffer.byteLength(JSON.stringify(context.redactIn(values)));
  if (bytes <= VALUES_BYTES) return { values, credentials };
  throw new StepError('COMMAND_FAILED', `The values in ${path} take ${bytes} bytes; ${VALUES_BYTES} may be outputs.`, {
    hint: 'The whole file is in the evidence; let the command write only what expressions need.',
  });
}
