import { z } from 'zod';

/** Permission bits as people write them: three or four octal digits in quotes. */
export const fileMode = z
  .string()
  .regex(/^0?[0-7]{3}$/, 'three octal digits in quotes, e.g. "640"')
  .describe('Permissions, e.g. "640"; an existing file keeps its own.');
