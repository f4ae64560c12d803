import { StepError } from '../../activities/step/step-error.js';

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
