import { z } from 'zod';

/** A larger whole number is not the one that was written: YAML has rounded it. */
const exactNumber = z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
  message: 'is larger than a number is exact to: quote it',
});

/** One value that a record may have. */
export const scalar = z.union([z.string().max(1000), exactNumber, z.boolean(), z.null()]);

/** Fields that a record must have; a list means any of its values. Dots lead into objects: `decision.by`. */
export const where = z
  .record(z.string().min(1).max(200), z.union([scalar, z.array(scalar).min(1).max(50)]))
  .describe('Fields and their values; of a list, any. Dots lead into objects.');

export type Where = z.infer<typeof where>;
