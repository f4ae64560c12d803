import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { composeDriver, composeProblem } from './compose.js';
import { composeFiles } from './compose-files.js';
import { COMPOSE_FILES } from '../../model/compose-names.js';
import type { StackContext, StackDriver } from './contract.js';
import { nativeDriver } from './native.js';

/**
 * Finds who runs the stack of a folder.
 *
 * @throws StepError NOT_FOUND, TOOL_MISSING
 */
export async function openStack(
  input: { stack: string; driver: 'auto' | 'compose' | 'native' },
  context: StackContext,
): Promise<StackDriver> {
  const folder = context.path(input.stack);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new StepError('NOT_FOUND', `The stack folder ${folder} is not there.`);
  }
  const compose = composeFiles(folder);
  const native = existsSync(join(folder, 'stack.yaml'));
  if (input.driver === 'native' || (input.driver === 'auto' && !compose)) {
    if (native) return nativeDriver(folder, context);
    const wanted = input.driver === 'native' ? 'stack.yaml' : 'compose file and no stack.yaml';
    throw new StepError('NOT_FOUND', `The stack folder ${folder} holds no ${wanted}.`);
  }
  if (!compose) throw new StepError('NOT_FOUND', `The stack folder ${folder} holds no ${COMPOSE_FILES.join(', ')}.`);
  const problem = await composeProblem(context);
  if (!problem) return composeDriver(folder, compose, context);
  if (input.driver === 'auto' && native) {
    context.log(`native driver: ${problem}`);
    return nativeDriver(folder, context);
  }
  const also = input.driver === 'auto' ? `, and there is no stack.yaml in ${folder} to run it without containers` : '';
  throw new StepError('TOOL_MISSING', `${problem}${also}.`, {
    hint: 'Start the container engine, or give the folder a stack.yaml for native processes.',
  });
}

/**
 * Whether a stack is there and can be run, for the check of a kind.
 *
 * @throws StepError NOT_FOUND, TOOL_MISSING
 */
export async function checkStack(input: Parameters<typeof openStack>[0], context: CheckContext): Promise<string> {
  // To look takes no backups.
  const { name, said } = await openStack(input, { ...context, backups: '' });
  return `The stack ${input.stack} is there (${name}${said}).`;
}
