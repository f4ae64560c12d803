import { z } from 'zod';
import type { Json } from '../../model/json.js';
import type { PinnedFiles, Programs } from '../../model/schema/format/kind.js';
import { inFolder } from '../shared/given.js';
import { COMPOSE_FILES, OVERRIDE_FILES } from '../../model/compose-names.js';

/** A service's name, safe as a file name and as an argument. */
export const serviceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'a service is named by letters, digits, _ . and -');

export const stackFolder = z
  .string()
  .min(1)
  .describe(
    'Folder that holds the stack: a file of Docker Compose by any of its usual names, `stack.yaml` for processes.',
  );

export const stackDriver = z
  .enum(['auto', 'compose', 'native'])
  .default('auto')
  .describe('`auto`: compose when a container engine answers and a file of Compose is there, else native.');

export const stackServices = z
  .array(serviceName)
  .min(1)
  .max(64)
  .optional()
  .describe('Only these services, with what they depend on; by default all.');

/** Folder in the stack's own: records and logs of its services. */
export const STATE = '.stack';

/** Where the records of a stack's services are written. */
export function stackState(stack: Json | undefined): string | undefined {
  return inFolder(stack, STATE);
}

/** Every file of a stack's folder that may say what it runs. */
export const STACK_FILES = [...COMPOSE_FILES, ...OVERRIDE_FILES, 'stack.yaml'];

/** What says which programs a stack runs. */
export function stackFiles(stack: Json | undefined): PinnedFiles {
  return { names: stack === undefined ? [] : STACK_FILES, folder: stack };
}

/** What it starts to speak to a stack: the client of the engine, unless the stack is of processes. */
export function stackPrograms(driver: Json | undefined, start?: Json): Programs {
  return { names: start, perhaps: driver === 'native' ? [] : 'docker' };
}

/** What every kind of stack does with more than one file of Compose. */
export const MEETS_COMPOSE_FILES = {
  'several files of Compose': `the first of ${COMPOSE_FILES.map((name) => `\`${name}\``).join(', ')}, and over it the first override; the summary says which. \`COMPOSE_FILE\` is not obeyed`,
} as const;

/** The same, of a kind that tells how its services are: `stateOfService` says it. */
export const MEETS_SERVICES = {
  ...MEETS_COMPOSE_FILES,
  'containers of `compose run`': 'are not the service',
  'a service of several containers': 'is ready when all are, and as many as its definition says',
  'a service that has ended with 0':
    'is ready when another one waits for that (`service_completed_successfully`), or when its `restart` is `no`, it has neither ports nor a health check, and nobody waits for it to be healthy',
  'a health that stands in the status alone': 'is read there',
  'a definition of a service that cannot be read':
    'makes that one not ready: nobody knows how many containers it is to have',
  'a record in `.stack` that is half-written, or cannot be read':
    'fails the step with its file: what it tells of may run, so nothing is started or stopped beside it',
} as const;

/** What every kind that starts or stops a stack does without the file of its variables. */
export const MEETS_ENV_FILE = {
  'an environment file that `stack.yaml` names, and is not there':
    'refused, and not taken for empty; to look and to stop it is not needed',
} as const;
