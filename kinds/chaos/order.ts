import { z } from 'zod';
import { addressesField } from '../shared/addresses.js';

const lastsMs = z.number().min(0);

/** A toxic as Toxiproxy takes it. */
export const toxicField = z.object({
  name: z.string(),
  type: z.string(),
  stream: z.enum(['upstream', 'downstream']),
  toxicity: z.number(),
  attributes: z.record(z.string(), z.number()),
});

/** What a holder is to put in, hold and take out, as it is given on its standard input. */
export const holdOrder = z.discriminatedUnion('fault', [
  z.object({ fault: z.literal('disk'), path: z.string(), bytes: z.int(), leaves: z.int(), lastsMs }),
  z.object({ fault: z.literal('memory'), bytes: z.int(), lastsMs }),
  z.object({
    fault: z.literal('network'),
    url: z.string(),
    proxy: z.string(),
    /** Absent: the proxy is disabled. */
    toxic: toxicField.optional(),
    addresses: addressesField,
    lastsMs,
  }),
]);
export type HoldOrder = z.infer<typeof holdOrder>;
export type OrderOf<F extends HoldOrder['fault']> = Extract<HoldOrder, { fault: F }>;

/** A line of a holder: what it has done, and when by the clock of `clockMs`; or why it could not. */
export const heldLine = z.union([
  z.object({
    mark: z.enum(['injecting', 'injected', 'lifted']),
    ms: z.number(),
    facts: z.record(z.string(), z.json()),
  }),
  z.object({ failed: z.string() }),
]);
export type HeldLine = z.infer<typeof heldLine>;
