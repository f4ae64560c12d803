import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { serviceName } from './stack-fields.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';

const ready = z.union([
  z.strictObject({ tcp: z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }) }),
  z.strictObject({ http: z.strictObject({ url: z.url({ protocol: /^https?$/ }), status: z.int().default(200) }) }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
]);
export type ReadyProbe = z.infer<typeof ready>;

const service = z.strictObject({
  command: z.array(z.string()).min(1),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  dependsOn: z.array(serviceName).default([]),
  ready: ready.optional(),
  startTimeout: duration.default(30_000),
  volumes: z.array(z.string().min(1)).default([]),
});

const stack = z.strictObject({
  name: serviceName,
  envFile: z.string().min(1).optional(),
  services: z.record(serviceName, service).refine((services) => Object.keys(services).length > 0, 'has no service'),
});

export type ServiceDefinition = z.infer<typeof service> & { name: string };
export interface StackDefinition {
  name: string;
  services: Map<string, ServiceDefinition>;
}

const LARGEST = 256 * 1024;

/**
 * Reads a folder's `stack.yaml`, with its environment file's keys laid over every service's own.
 *
 * @throws StepError BAD_INPUT that names the key, NOT_FOUND
 */
export function readStack(folder: string): StackDefinition {
  const path = join(folder, 'stack.yaml');
  const parsed = stack.safeParse(readYaml(path));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'stack'}: ${issue.message}`);
    throw new StepError('BAD_INPUT', `${path} is not a stack: ${issues.slice(0, 4).join('; ')}.`);
  }
  const { name, envFile, services } = parsed.data;
  const shared = envFile === undefined ? {} : readEnvFile(join(folder, envFile));
  const entries = Object.entries(services).map(
    ([id, one]) => [id, { ...one, name: id, environment: { ...one.environment, ...shared } }] as const,
  );
  return { name, services: new Map(entries) };
}

function readYaml(path: string): unknown {
  const text = readText(path);
  if (text === undefined) throw new StepError('NOT_FOUND', `${path} is not there.`);
  if (text.length > LARGEST) throw new StepError('BAD_INPUT', `${path} is larger than ${LARGEST} bytes.`);
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw new StepError('BAD_INPUT', `${path} is not YAML: ${error.message.split('\n')[0]}`);
  return document.toJS({ maxAliasCount: 50 }) as unknown;
}

function readEnvFile(path: string): Record<string, string> {
  const values = parseEnv(readText(path) ?? '');
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw new StepError('NOT_FOUND', `${path} cannot be read.`, { cause });
  }
}
