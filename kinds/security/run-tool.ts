import { rm } from 'node:fs/promises';
import type { z } from 'zod';
import { commandEnv } from '../shared/command-env.js';
import { readWhole } from '../shared/read-file.js';
import type { CommandResult, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';
import type { toolFields } from './tool-fields.js';

const LARGEST_REPORT = 32 * 1024 * 1024;
const VERSION_MS = 60_000;
const LONGEST_VERSION = 200;

/** How a tool is run, and where its report is: in `file`, or else what it prints. */
export type ToolRun = z.infer<z.ZodObject<typeof toolFields>> & { file?: string | undefined };

/** What a tool left. */
export interface ToolReport {
  /** The report, credentials in it masked: what is judged is what an auditor has. */
  report: Buffer;
  credentials: number;
  /** What the tool said of itself. */
  version: string;
  /** When it was begun. */
  at: string;
}

/**
 * Runs a tool for its report. What it prints goes to `output.log` of the evidence.
 *
 * @param what how the run is told in an error: `The scan`
 * @throws StepError TOOL_MISSING, COMMAND_FAILED, TIMED_OUT; EXPECTATION_FAILED without a report, or with one too large
 */
export async function runTool(tool: ToolRun, what: string, context: StepContext): Promise<ToolReport> {
  const how = {
    cwd: tool.cwd === undefined ? context.task.goLive.baseDir : context.path(tool.cwd),
    env: await commandEnv(tool.env ?? {}, context),
  };
  const version = await versionOf(tool, how, context);
  const path = tool.file === undefined ? undefined : context.path(tool.file);
  // What an earlier run left there is no report of this one.
  if (path !== undefined) await rm(path, { force: true });
  const at = context.now().toISOString();
  const printed: Uint8Array[] = [];
  let bytes = 0;
  const result = await context.run({
    argv: tool.argv,
    ...how,
    timeoutMs: tool.timeout ?? context.task.timeoutMs,
    saveAs: 'output.log',
    onStdout: (chunk) => {
      bytes += chunk.length;
      if (path === undefined && bytes <= LARGEST_REPORT) printed.push(chunk);
    },
  });
  if (result.exitCode === null || !tool.expectExit.includes(result.exitCode)) throw notRun(tool, what, result, context);
  const whole = path === undefined ? Buffer.concat(printed) : await reportAt(path, what, context);
  if (path === undefined && bytes > LARGEST_REPORT) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `${what} counts as not run: its report has more than ${LARGEST_REPORT} bytes.`,
    );
  }
  const { bytes: report, credentials } = await context.bytesWithoutCredentials(whole);
  return { report, credentials, version, at };
}

interface How {
  cwd: string;
  env: Record<string, string>;
}

/** A tool that cannot say what it is, is not there. */
async function versionOf({ version }: ToolRun, how: How, context: StepContext): Promise<string> {
  const result = await context.run({ argv: version, ...how, timeoutMs: VERSION_MS });
  const [first = ''] = `${result.stdout}\n${result.stderr}`.trim().split('\n');
  if (result.exitCode === 0 && first !== '') return first.trim().slice(0, LONGEST_VERSION);
  throw new StepError('TOOL_MISSING', `${version.join(' ')} does not say a version, so nothing was run.`, {
    facts: { exitCode: result.exitCode },
  });
}

async function reportAt(path: string, what: string, context: StepContext): Promise<Buffer> {
  try {
    return await readWhole(path, 'The report', LARGEST_REPORT);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new StepError('EXPECTATION_FAILED', `${what} counts as not run: ${error.message}`, {
      evidence: context.evidence.refs(),
    });
  }
}

function notRun({ argv, expectExit }: ToolRun, what: string, result: CommandResult, context: StepContext): StepError {
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
  const { clause, said } = lastWords(result.stderr || result.stdout);
  const wanted = expectExit.join(' or ');
  return new StepError('COMMAND_FAILED', `${what} counts as not run: ${argv[0]} ${how}, not ${wanted}${clause}`, {
    said,
    facts: { exitCode: result.exitCode, signal: result.signal },
    evidence: context.evidence.refs(),
  });
}
