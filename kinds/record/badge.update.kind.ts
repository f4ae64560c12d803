import { z } from 'zod';
import { MEETS_FILE } from '../shared/meets-file.js';
import { defineKind } from '../../model/schema/format/kind.js';

const words = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}[\]()<>]*$/u, 'no brackets, no control characters and no half of one');

/** Stands between brackets of Markdown. */
const address = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(/^[^\s()<>[\]]*$/u, 'no brackets and no blanks');

export const badgeUpdate = defineKind({
  title: 'Status badge',
  about: 'Writes a badge between two markers of a Markdown file, and touches nothing else in it.',
  input: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .describe('Path of the Markdown file; it holds <!-- NAME:start --> and <!-- NAME:end -->.'),
      marker: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower case letters, digits and -')
        .default('golive-badge'),
      label: words,
      message: words.optional().describe('What a picture made now says.'),
      colour: z.enum(['brightgreen', 'yellow', 'orange', 'red', 'lightgrey', 'blue']).default('brightgreen'),
      image: address
        .optional()
        .describe('Address of a picture that follows the state by itself, in place of a `message`.'),
      link: address.optional().describe('Address that the badge leads to.'),
    })
    .refine(({ message, image }) => (message === undefined) !== (image === undefined), {
      message: 'give a `message`, or the `image` that shows the state',
    }),
  outputs: z.object({
    changed: z.boolean(),
    badge: z.string(),
    digest: z.string().describe('SHA-256 of the file now.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ file }) => file,
  undo: 'Brings the file back as it was before this step.',
  meets: {
    'a file that somebody else has changed since, when it is taken back':
      'what stood between the markers is put back there; all else stays',
    'no markers, one alone, several': 'refused',
    'line ends, a byte order mark, everything outside of the markers': 'stay',
    'half a character': 'refused',
    'another encoding': 'refused, with the byte',
    ...MEETS_FILE,
  },
  example: `id: badge
uses: badge.update
with: { file: README.md, label: agent, message: ok }
`,
  sample: {
    changed: true,
    badge: '![agent: ok](https://img.shields.io/badge/agent-ok-brightgreen)',
    digest: 'a'.repeat(64),
  },
});
