import type { JsonObject } from '../../model/json.js';
import { passed, runStep, temporaryFolder } from './step-run.js';

export const VERSION = [process.execPath, '-e', 'console.log("scanner 1.2.3")'];
/** A scanner that prints a report, or what is no report. */
export const prints = (text: string, code = 0): string[] => [
  process.execPath,
  '-e',
  `process.stdout.write(${JSON.stringify(text)}, () => process.exit(${code}))`,
];

export const result = (more: JsonObject = {}): JsonObject => ({
  ruleId: 'sql',
  message: { text: 'Text in a query' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.ts' }, region: { startLine: 3 } } }],
  ...more,
});
export const PLANTED = result({
  ruleId: 'planted',
  level: 'error',
  locations: [{ physicalLocation: { artifactLocation: { uri: 'canary/planted.ts' } } }],
});
export const sarif = (results: JsonObject[] | null, run: JsonObject = {}, rules: JsonObject[] = []): string =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'scanner', rules } }, results, ...run }] });

export const bySarif = (text: string, more: JsonObject = {}, report: JsonObject = {}): JsonObject => ({
  argv: prints(text),
  version: VERSION,
  report: { format: 'sarif', proof: { canary: 'canary/planted.ts' }, ...report },
  ...more,
});
export const run = async (input: JsonObject, folder = temporaryFolder()) =>
  runStep('security.scan', input, { goLive: { baseDir: folder } });
export const outputsOf = async (input: JsonObject, folder?: string) => passed(await run(input, folder)).outputs;
