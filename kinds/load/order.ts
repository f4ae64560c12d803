import { z } from 'zod';
import { addressesField } from '../shared/addresses.js';

/** What the generator is to do, as it is given on its standard input: with secrets in it, so it stands nowhere else. */
export const loadOrder = z.object({
  profile: z.object({
    agents: z.int(),
    perMinute: z.number(),
    duration: z.number(),
    cycles: z.int(),
    pause: z.number(),
  }),
  scale: z.number(),
  timeoutMs: z.number(),
  requests: z.array(
    z.object({
      id: z.string(),
      weight: z.int(),
      url: z.string(),
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
      headers: z.record(z.string(), z.string()),
      body: z.string().optional(),
      status: z.array(z.int()).optional(),
      bodyContains: z.string().optional(),
      /** It is opened in a browser. */
      browser: z
        .object({
          waitFor: z.union([z.object({ selector: z.string() }), z.object({ text: z.string() })]).optional(),
          consoleErrors: z.boolean(),
        })
        .optional(),
    }),
  ),
  /** The program that starts the browser; absent where no request needs one. */
  browser: z.string().optional(),
  /** The addresses of each host, judged before: no other is connected to. */
  addresses: addressesField,
});
export type LoadOrder = z.infer<typeof loadOrder>;
export type LoadRequest = LoadOrder['requests'][number];

/** The generator ends with this code where it has not what it needs, and has sent nothing (EX_UNAVAILABLE of sysexits.h). */
export const NOT_RUN = 69;
