import { z } from 'zod';

/** Names one process on the worker's machine. */
export const processFields = z
  .strictObject({
    pidFile: z.string().min(1).optional().describe('Path of the file with its pid.'),
    command: z
      .string()
      .min(3)
      .max(1000)
      .optional()
      .describe('Text that its command line holds; beside a pid file it guards against a pid that is another’s now.'),
  })
  .refine((input) => input.pidFile !== undefined || input.command !== undefined, {
    message: 'give `pidFile` or `command`',
  });
