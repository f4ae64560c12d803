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

/** What the kinds that look for a process by its name do where it is not plain. */
export const MEETS_NAME = {
  'a pid file that is missing, empty, no number, or may not be read': 'names no process',
  'a pid file with more lines (Postgres writes eight)': 'its first line counts, also with line ends of Windows',
  'a pid file that is older than the process it names': 'names no process: the id is another’s by now',
  'a pid file that names the worker itself': 'names no process',
  'a long command line': 'is looked through whole; outputs hold the first 1,000 characters',
  'a zombie': 'does not run',
  'processes of other users': 'are seen where the system shows them (`hidepid` of /proc hides them: none is found)',
  'a system without /proc': 'the step fails',
} as const;
