import type { Plan } from '../../model/plan/plan.js';
import { type Signed, startExpected } from '../../model/signing/signing.js';
import { isReadable } from '../../model/text/readable.js';
import { CliError } from '../errors.js';
import { planDigestOf } from './launch.js';
import { defaultName } from './send.js';
import { talk } from '../terminal/tell.js';

/** Who starts it; signed where names are signed, so that nobody approves their own start under another name. */
export async function proveStarter(
  plan: Plan,
  { by, key, reason }: { by?: string | undefined; key?: string | undefined; reason?: string | undefined },
): Promise<{ by: string; signed?: Signed }> {
  const { signing } = plan;
  if (by !== undefined && !isReadable(by))
    throw new CliError('The name holds control characters.', { exitCode: 2, hint: 'Give --by NAME.' });
  if (signing?.level !== 'signed') return { by: by ?? defaultName() };
  const { chooseSigner, sign } = await import('../people/sign.js');
  const signer = await chooseSigner({ signing, by, key });
  talk(`Signing the start as ${signer.by} (${signer.own.signer.principals.join()}).`);
  const expected = startExpected(plan.goLiveId, planDigestOf(plan), signer.by, reason);
  return { by: signer.by, signed: await sign(expected, signer.own, Date.now()) };
}
