import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../step.js';
import { StepError } from '../step-error.js';
import { composeDriver, composeProblem } from './compose.js';
import { nativeDriver } from './native.js';

/** A service as it is seen now. */
export interface ServiceState {
  name: string;
  running: boolean;
  /** Its readiness probe holds; a service without one is ready when it runs. */
  healthy: boolean;
  /** Why it is not, in a few words. */
  detail: string;
}

export interface UpOptions {
  services?: string[];
  wait: 'healthy' | 'started';
  timeoutMs: number;
}

/** What both kinds of stack can do. */
export interface StackDriver {
  name: 'compose' | 'native';
  /** Leaves alone what runs as configured. @throws StepError STACK_FAILED with the last log lines */
  up(options: UpOptions): Promise<{ started: number; states: ServiceState[] }>;
  down(volumes: boolean): Promise<{ stopped: number; volumesRemoved: number }>;
  ps(): Promise<ServiceState[]>;
  /** The last lines of a service's log; `since` leaves out what is older, where the driver knows. */
  logs(service: string, tail: number, since?: Date): Promise<string[]>;
}

export type StackContext = Pick<StepContext, 'run' | 'signal' | 'sleep' | 'path' | 'progress' | 'log'>;

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
  const compose = existsSync(join(folder, 'compose.yaml'));
  const native = existsSync(join(folder, 'stack.yaml'));
  if (input.driver === 'native' || (input.driver === 'auto' && !compose)) {
    if (native) return nativeDriver(folder, context);
    const wanted = input.driver === 'native' ? 'stack.yaml' : 'compose.yaml and no stack.yaml';
    throw new StepError('NOT_FOUND', `The stack folder ${folder} holds no ${wanted}.`);
  }
  if (!compose) throw new StepError('NOT_FOUND', `The stack folder ${folder} holds no compose.yaml.`);
  const problem = await composeProblem(context);
  if (!problem) return composeDriver(folder, context);
  if (input.driver === 'auto' && native) {
    context.log(`native driver: ${problem}`);
    return nativeDriver(folder, context);
  }
  const also = input.driver === 'auto' ? `, and there is no stack.yaml in ${folder} to run it without containers` : '';
  throw new StepError('TOOL_MISSING', `${problem}${also}.`, {
    hint: 'Start the container engine, or give the folder a stack.yaml for native processes.',
  });
}

/** The named services and all that they depend on, dependencies first. */
export function inOrder(dependsOn: ReadonlyMap<string, readonly string[]>, wanted: readonly string[]): string[] {
  const order: string[] = [];
  const path: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    if (path.includes(name)) {
      throw new StepError('BAD_INPUT', `Services depend on one another in a circle: ${[...path, name].join(' → ')}.`);
    }
    const dependencies = dependsOn.get(name);
    if (!dependencies) throw new StepError('NOT_FOUND', `The stack has no service ${name}.`);
    path.push(name);
    for (const dependency of dependencies) visit(dependency);
    path.pop();
    order.push(name);
  };
  for (const name of wanted) visit(name);
  return order;
}
