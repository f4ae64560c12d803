import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { z } from 'zod';
import type { Capabilities, HttpRequest, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { readWhole } from '../shared/read-file.js';
import type { tlsFields } from './tls-fields.js';

/** Every authority that a system trusts is some 200 KiB. */
const LARGEST = 16 * 1024 * 1024;
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads what a request over TLS is to use, and looks whether it can be: before the service is asked, since what a
 * handshake says of it helps nobody.
 *
 * @param now certificates must be valid then
 * @throws StepError NOT_FOUND, and EXPECTATION_FAILED for what is no certificate or key, has expired, or does not fit
 */
export async function readTls(
  tls: z.infer<typeof tlsFields> | undefined,
  { path, secret }: Pick<Capabilities, 'secret'> & Pick<StepContext, 'path'>,
  now: Date,
): Promise<HttpRequest['tls']> {
  if (tls === undefined) return undefined;
  const ca = tls.ca === undefined ? undefined : await certificatesIn(path(tls.ca), now, 'some');
  const cert = tls.cert === undefined ? undefined : await certificatesIn(path(tls.cert), now, 'first');
  const key = tls.key === undefined ? undefined : await secret(tls.key);
  if (cert !== undefined && key !== undefined) checkKey(key, cert.first, tls.cert ?? '');
  return {
    ...(ca === undefined ? {} : { ca: ca.pem }),
    ...(cert === undefined ? {} : { cert: cert.pem }),
    ...(key === undefined ? {} : { key }),
  };
}

/** @param valid of several authorities one is enough; of a chain the first is the one that counts */
async function certificatesIn(
  file: string,
  now: Date,
  valid: 'some' | 'first',
): Promise<{ pem: string; first: X509Certificate }> {
  const pem = (await readWhole(file, 'The certificate', LARGEST)).toString('latin1');
  const all = (pem.match(BLOCK) ?? []).map((block) => certificateOf(block, file));
  const [first] = all;
  if (first === undefined) {
    throw new StepError('EXPECTATION_FAILED', `${file} holds no certificate in PEM.`, {
      hint: 'Give the file that begins with -----BEGIN CERTIFICATE-----.',
    });
  }
  const judged = valid === 'first' ? [first] : all;
  if (judged.every((one) => Date.parse(one.validTo) <= now.getTime() || Date.parse(one.validFrom) > now.getTime())) {
    const { validFrom, validTo } = first;
    throw new StepError(
      'EXPECTATION_FAILED',
      `The certificate in ${file} is valid from ${validFrom} to ${validTo} only.`,
      {
        hint: 'Renew it, or see whether the clock of the worker is right.',
      },
    );
  }
  return { pem, first };
}

function certificateOf(block: string, file: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw new StepError('EXPECTATION_FAILED', `A certificate in ${file} cannot be read: it is broken.`);
  }
}

function checkKey(key: string, certificate: X509Certificate, file: string): void {
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    // The cause may quote the key.
    throw new StepError('EXPECTATION_FAILED', 'The key of the client certificate is no private key in PEM.', {
      hint: 'It must have no passphrase.',
    });
  }
  if (!fits) throw new StepError('EXPECTATION_FAILED', `The private key is not the one of the certificate in ${file}.`);
}
