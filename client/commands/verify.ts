import type { Command } from '@commander-js/extra-typings';
import type { EvidenceRefusal } from '../../evidence/error.js';
import { CliError } from '../errors.js';

/** `golive verify`: whether a bundle is whole, genuine, and decided as it had to be. */
export function register(program: Command): void {
  program
    .command('verify')
    .summary('verify a bundle offline: whole, genuine, decided as it had to be')
    .description(
      'Check every byte against the manifests and the seal, follow the event log, judge every gate, decision and approval\n' +
        'again. Works offline. What you trust comes from these options alone, never from the bundle or from where it lies.',
    )
    .argument('<bundle>', 'folder of the bundle')
    .option(
      '--key <key...>',
      'the key that you trust: SHA256:… or a PEM file; more than one where a worker had several',
    )
    .option('--signers <file>', 'people whose signatures you trust: an allowed-signers file')
    .option('--revoked <file>', 'keys that you do not trust any more')
    .option('--expect <target/change>', 'the go-live that it must be of; another ends with 16')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  golive verify evidence/shop/c1 --key SHA256:2c…/Qk --signers allowed_signers\n\n' +
        'Exit codes: 0 verified, 2 bad input, 10 altered, 11 not complete, 12 a key that you do not trust,\n' +
        '13 decided against its own rules, 14 not of the workflow that it names, 15 not all of it can be read,\n' +
        '16 of another go-live than --expect',
    )
    .action(async (bundle, options) => {
      const [{ readTrust }, { verifyBundle }, { recomputeOutputs }, { verificationLines }, { print }] =
        await Promise.all([
          import('../evidence/trust.js'),
          import('../../evidence/verify/verify.js'),
          import('../../kinds/recompute.js'),
          import('../render/verification.js'),
          import('../terminal/tell.js'),
        ]);
      const trust = readTrust(options);
      const verification = await verifyBundle(bundle, trust, recomputeOutputs).catch(refused(bundle));
      if (options.json) print(verification);
      else for (const line of verificationLines(verification)) print(line);
      process.exitCode = verification.exitCode;
    });
}

/** What the library refuses is bad input of the person at the terminal. */
function refused(bundle: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error) || error.name !== 'EvidenceRefusal') throw error;
    throw new CliError(error.message, { exitCode: 2, where: bundle, hint: (error as EvidenceRefusal).hint });
  };
}
