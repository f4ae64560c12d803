import { z } from 'zod';

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);

/** Fields that a record must have; a list means any of its values. Dots lead into objects: `decision.by`. */
export const where = z
  .record(z.string().min(1).max(200), z.union([scalar, z.array(scalar).min(1).max(50)]))
  .describe('Fields and their values; of a list, any. Dots lead into objects.');

export type Where = z.infer<typeof where>;
