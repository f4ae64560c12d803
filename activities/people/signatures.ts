import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckSignatures, SignatureCheck } from '../../model/state/contract.js';
import { armoured, keyThatSigned, verifyArguments } from '../../model/signing/ssh-keygen.js';
import { runCommand } from '../command/command.js';
import { StepError } from '../step/step-error.js';

const CHECK_MS = 10_000;

/**
 * Checks signatures with `ssh-keygen -Y verify`, which knows every kind of SSH key, hardware keys among them.
 * The signers come from the plan, never from a file that could change meanwhile; revoked keys are read now.
 *
 * @throws StepError TOOL_MISSING without ssh-keygen, NOT_FOUND when the revoked keys cannot be read: then nothing counts
 */
export async function checkSignatures(
  { signers, revoked, checks }: CheckSignatures,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<SignatureCheck[]> {
  if (revoked !== undefined && !existsSync(revoked)) {
    throw new StepError('NOT_FOUND', `The file of revoked keys ${revoked} is not there, so no signature counts.`, {
      hint: 'Put it back, empty if no key is revoked: approvals.revoked of golive.yaml names it.',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'golive-signature-'));
  try {
    await writeFile(join(folder, 'signers'), signers, { mode: 0o600 });
    const answers: SignatureCheck[] = [];
    for (const one of checks) answers.push(await check(one, { folder, revoked, env, signal }));
    return answers;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  folder: string;
  revoked: string | undefined;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

async function check(one: CheckSignatures['checks'][number], around: Surroundings): Promise<SignatureCheck> {
  await writeFile(join(around.folder, 'signature'), armoured(one.signature), { mode: 0o600 });
  const checked = await verify(one, around);
  if (checked.ok || around.revoked === undefined) return checked;
  // ssh-keygen does not say that it was the revocation; without the list, a revoked key's signature is good.
  const { ok } = await verify(one, { ...around, revoked: undefined });
  return ok ? { ok: false, reason: `The key of ${one.principal} is revoked.` } : checked;
}

async function verify(one: CheckSignatures['checks'][number], around: Surroundings): Promise<SignatureCheck> {
  const { folder, revoked, env, signal } = around;
  const [signers, signature] = [join(folder, 'signers'), join(folder, 'signature')];
  const { principal, namespace } = one;
  const argv = ['ssh-keygen', ...verifyArguments({ signers, principal, namespace, signature, revoked })];
  const options = { argv, input: one.statement };
  const { exitCode, stdout, stderr } = await runCommand({ ...options, timeoutMs: CHECK_MS }, { env, signal });
  const key = keyThatSigned(stdout);
  if (exitCode === 0 && key !== undefined) return { ok: true, key };
  return { ok: false, reason: reasonOf(stderr, one) };
}

/** What ssh-keygen said, in words of ours. */
function reasonOf(said: string, { principal, namespace }: { principal: string; namespace: string }): string {
  if (/namespace does not match/i.test(said)) return `It was not signed for ${namespace}.`;
  if (/incorrect signature/i.test(said)) return 'The signature does not fit the statement.';
  if (/key has expired|not yet valid/i.test(said)) return `The key of ${principal} is not valid now.`;
  if (/format|unsupported|invalid|parse|bignum|too small/i.test(said)) {
    return `The signature is not good: ${said.trim().split('\n')[0]?.slice(0, 200) ?? ''}`;
  }
  // It is silent about a key that is not there, and about one that stands there for another namespace.
  return `The signature is not by a key of ${principal} in the allowed signers.`;
}
