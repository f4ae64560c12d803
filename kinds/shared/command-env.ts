import type { SecretRef, StepContext } from '../../activities/step/step.js';
import type { StepTask } from '../../model/state/contract.js';

/**
 * The same for every attempt of the same deed, on whatever worker and in whatever workflow run, so that a command may
 * recognise that it was done before. A phase that is gone through again does new deeds.
 */
export function idempotencyKey({ goLive, phase, phaseAttempt, step, epoch }: StepTask): string {
  return `${goLive.id}/${phase}${phaseAttempt > 1 ? `.${phaseAttempt}` : ''}/${step}/${epoch}`;
}

/** The declared environment with its secrets read, and the key of the deed. */
export async function commandEnv(
  declared: Record<string, string | SecretRef>,
  context: StepContext,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared)) {
    env[name] = typeof value === 'string' ? value : await context.secret(value);
  }
  return { ...env, GOLIVE_IDEMPOTENCY_KEY: idempotencyKey(context.task) };
}
