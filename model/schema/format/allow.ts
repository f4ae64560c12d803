import { z } from 'zod';
import { hostAndPort } from '../../plan/reach.js';

/** A name or an address with a port or with none; IPv6 with a port in brackets, for its own colons are none. */
const ENTRY = /^((\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[1-9][0-9]{0,4})?|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$/;

/** A host, with a port or with none. */
export const hostEntry = z
  .string()
  .max(253)
  .regex(ENTRY, 'a host, or host:port; IPv6 with a port stands in brackets')
  .refine((text) => (hostAndPort(text).port ?? 0) <= 65_535, 'a port is 1 to 65535');

/** What a runbook's steps may start and reach, at one place. It narrows what is permitted elsewhere, and widens nothing. */
export const allow = z
  .strictObject({
    commands: z
      .array(
        z
          .string()
          .min(1)
          .max(1000)
          .refine(
            (text) => !text.includes('\0') && !text.includes('${{'),
            'a program as it stands in argv, no expression',
          ),
      )
      .max(200)
      .optional()
      .describe('Programs that steps may start: names as in argv, or paths from the folder of the runbook.'),
    hosts: z
      .array(hostEntry)
      .max(200)
      .optional()
      .describe('Hosts, or host:port, that steps may reach, of those that the plan and golive.yaml permit.'),
  })
  .describe('The only programs and hosts that steps may start and reach; a list that is not there narrows nothing.');

export type Allow = z.infer<typeof allow>;
