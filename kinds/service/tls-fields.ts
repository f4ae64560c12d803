import { z } from 'zod';
import { secretRef } from '../../model/schema/format/secret-refs.js';

/** Whom a service is trusted by, and as whom one shows oneself to it. */
export const tlsFields = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('Path of the PEM certificates of the authorities that are trusted, instead of those of the system.'),
    cert: z.string().min(1).optional().describe('Path of the PEM client certificate, with its chain behind it.'),
    key: secretRef.optional().describe('Its private key, PEM, without a passphrase.'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    message: 'a client certificate needs both `cert` and `key`',
  })
  .describe('For https: an authority of one’s own, and a client certificate.');
