import { rm } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import { asStep } from '../shared/as-step.js';
import { commandEnv } from '../shared/command-env.js';
import { readWhole } from '../shared/read-file.js';
import { type Finding, idOf } from './findings.js';
import { scanOutputs } from './security.scan.recompute.js';
import type { securityScan as kind } from './security.scan.kind.js';
import type { CommandResult, HandlerOf, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const LARGEST_REPORT = 32 * 1024 * 1024;
const VERSION_MS = 60_000;
const LONGEST_VERSION = 200;

export const securityScan: HandlerOf<typeof kind> = {
  async do(input, context) {
    const kept =
      input.baseline === undefined ? undefined : await readWhole(context.path(input.baseline), 'The baseline');
    const how = {
      cwd: input.cwd === undefined ? context.task.goLive.baseDir : context.path(input.cwd),
      env: await commandEnv(input.env ?? {}, context),
    };
    const version = await versionOf(input, how, context);
    const { file } = input.report;
    const path = file === undefined ? undefined : context.path(file);
    // What an earlier scan left there is no report of this one.
    if (path !== undefined) await rm(path, { force: true });
    const at = context.now().toISOString();
    const printed: Uint8Array[] = [];
    let bytes = 0;
    const result = await context.run({
      argv: input.argv,
      ...how,
      timeoutMs: input.timeout ?? context.task.timeoutMs,
      saveAs: 'output.log',
      onStdout: (chunk) => {
        bytes += chunk.length;
        if (path === undefined && bytes <= LARGEST_REPORT) printed.push(chunk);
      },
    });
    if (result.exitCode === null || !input.expectExit.includes(result.exitCode)) throw notRun(input, result, context);
    const whole = path === undefined ? Buffer.concat(printed) : await reportAt(path, context);
    if (path === undefined && bytes > LARGEST_REPORT) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The scan counts as not run: its report has more than ${LARGEST_REPORT} bytes.`,
      );
    }
    // The counts are of what an auditor has: the report without credentials.
    const { bytes: report, credentials } = await context.bytesWithoutCredentials(whole);
    await context.evidence.write('report.json', report);
    if (kept !== undefined) await context.evidence.write('baseline.json', kept);
    const scan = { at, version, credentials };
    await context.evidence.write('scan.json', `${JSON.stringify(scan)}\n`);
    const { outputs, findings } = asStep(
      () => scanOutputs(input, report, scan, kept),
      () => ({ evidence: context.evidence.refs() }),
    );
    await context.evidence.write('findings.csv', tableOf(findings));
    const { critical, high, medium, low, accepted, scanned } = outputs;
    return {
      outputs,
      summary: `${input.argv[0]} ${version}: ${critical} critical, ${high} high, ${medium} medium, ${low} low; ${accepted} reviewed${scanned === undefined ? '' : `; ${scanned} scanned`}`,
    };
  },
};

interface How {
  cwd: string;
  env: Record<string, string>;
}

/** A tool that cannot say what it is, is not there. */
async function versionOf(input: Input, how: How, context: StepContext): Promise<string> {
  const result = await context.run({ argv: input.version, ...how, timeoutMs: VERSION_MS });
  const [first = ''] = `${result.stdout}\n${result.stderr}`.trim().split('\n');
  if (result.exitCode === 0 && first !== '') return first.trim().slice(0, LONGEST_VERSION);
  throw new StepError('TOOL_MISSING', `${input.version.join(' ')} does not say a version, so nothing was scanned.`, {
    facts: { exitCode: result.exitCode },
  });
}

async function reportAt(path: string, context: StepContext): Promise<Buffer> {
  try {
    return await readWhole(path, 'The report', LARGEST_REPORT);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new StepError('EXPECTATION_FAILED', `The scan counts as not run: ${error.message}`, {
      evidence: context.evidence.refs(),
    });
  }
}

function notRun({ argv, expectExit }: Input, result: CommandResult, context: StepContext): StepError {
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
  const { clause, said } = lastWords(result.stderr || result.stdout);
  const wanted = expectExit.join(' or ');
  return new StepError('COMMAND_FAILED', `The scan counts as not run: ${argv[0]} ${how}, not ${wanted}${clause}`, {
    said,
    facts: { exitCode: result.exitCode, signal: result.signal },
    evidence: context.evidence.refs(),
  });
}

function tableOf(findings: readonly Finding[]): string {
  const rows = findings.map((one) => [one.severity, one.rule, one.path, one.line ?? '', one.message, idOf(one)]);
  return stringify([['severity', 'rule', 'path', 'line', 'message', 'id'], ...rows], { escape_formulas: true });
}
