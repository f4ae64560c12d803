import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isAlias, isMap, isScalar, parseDocument, Scalar } from 'yaml';
import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { readAsNode } from '../shared/dotenv.js';
import { strictText } from '../shared/strict-text.js';
import { serviceName } from './stack-fields.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { readRegularSync } from '../../host/regular-file.js';
import { notRead } from '../shared/read-file.js';

const ready = z.union([
  z.strictObject({ tcp: z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }) }),
  z.strictObject({ http: z.strictObject({ url: z.url({ protocol: /^https?$/ }), status: z.int().default(200) }) }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
]);
export type ReadyProbe = z.infer<typeof ready>;

const service = z.strictObject({
  command: z.array(z.string()).min(1),
  environment: z.record(z.string(), z.string('write its value as text, or "" for none')).default({}),
  dependsOn: z.array(serviceName).default([]),
  ready: ready.optional(),
  startTimeout: duration.prefault('30s'),
  volumes: z.array(z.string().min(1)).default([]),
});

const fileName = z.string().min(1);
/** As Compose has it: a file that is named must be there, unless it is said not to be required. */
const namedEnvFile = z.union([
  fileName.transform((name) => ({ path: name, required: true })),
  z.strictObject({ path: fileName, required: z.boolean().default(true) }),
]);

const stack = z.strictObject({
  name: serviceName,
  envFile: namedEnvFile.optional(),
  services: z.record(serviceName, service).refine((services) => Object.keys(services).length > 0, 'has no service'),
});

export type ServiceDefinition = z.infer<typeof service> & { name: string };
export interface StackDefinition {
  name: string;
  services: Map<string, ServiceDefinition>;
}

const LARGEST = 256 * 1024;

/**
 * Reads a folder's `stack.yaml`, less what its environment file says: to look at services, and to stop them, takes none.
 *
 * @throws StepError BAD_INPUT that names the key, NOT_FOUND
 */
export function readStack(folder: string): StackDefinition {
  return definitionOf(parseStack(folder), {});
}

/**
 * The same with the environment file's keys laid over every service's own.
 *
 * @throws StepError BAD_INPUT that names the key, NOT_FOUND also for an environment file that is named and not there
 */
export function readStackToStart(folder: string): StackDefinition {
  const parsed = parseStack(folder);
  const { envFile } = parsed;
  return definitionOf(parsed, envFile ? readEnvFile(join(folder, envFile.path), envFile.required) : {});
}

type Parsed = z.infer<typeof stack>;

function definitionOf({ name, services }: Parsed, shared: Readonly<Record<string, string>>): StackDefinition {
  const named = Object.entries(services).map(
    ([id, one]) => [id, { ...one, name: id, environment: { ...one.environment, ...shared } }] as const,
  );
  return { name, services: new Map(named) };
}

function parseStack(folder: string): Parsed {
  const path = join(folder, 'stack.yaml');
  const parsed = stack.safeParse(readYaml(path));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'stack'}: ${issue.message}`);
  throw new StepError('BAD_INPUT', `${path} is not a stack: ${issues.slice(0, 4).join('; ')}.`);
}

function readYaml(path: string): unknown {
  const text = strictText(readBytes(path, 'The definition of the stack'), path);
  if (text.length > LARGEST) throw new StepError('BAD_INPUT', `${path} is larger than ${LARGEST} bytes.`);
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw new StepError('BAD_INPUT', `${path} is not YAML: ${error.message.split('\n')[0]}`);
  keepAsWritten(document);
  return document.toJS({ maxAliasCount: 50 }) as unknown;
}

/** The values of variables are text: 0123, 1e3 and 1.10 stay as they are written, and are no numbers. */
function keepAsWritten(document: Document.Parsed): void {
  const services = document.get('services');
  for (const { value: one } of isMap(services) ? services.items : []) {
    const environment = isMap(one) ? one.get('environment', true) : undefined;
    for (const pair of isMap(environment) ? environment.items : []) {
      const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
      const number = isScalar(value) && ['number', 'bigint', 'boolean'].includes(typeof value.value);
      if (!number || value.source === undefined) continue;
      const text = new Scalar(value.source);
      if (pair.value === value && value.anchor !== undefined) text.anchor = value.anchor;
      pair.value = text;
    }
  }
}

function readEnvFile(path: string, required: boolean): Record<string, string> {
  if (!required && !existsSync(path)) return {};
  const text = strictText(readBytes(path, 'The environment file of the stack'), path);
  return Object.fromEntries(readAsNode(text.replace(/^\uFEFF/, '')));
}

function readBytes(path: string, what: string): Buffer {
  try {
    return readRegularSync(path);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') throw new StepError('NOT_FOUND', `${what} is not there: ${path}.`);
    throw notRead(path, what, cause);
  }
}
