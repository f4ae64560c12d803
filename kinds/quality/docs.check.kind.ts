import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { regularExpression } from '../shared/fields.js';

const expression = regularExpression(1000).min(1);
const count = z.int();

const need = z
  .union([
    z.strictObject({ heading: expression.describe('A heading must match.') }),
    z.strictObject({ text: expression.describe('A line must match.') }),
    z.strictObject({
      under: expression.describe(
        'A heading that matches, with all below it up to the next one of its level, must hold so many.',
      ),
      atLeast: z.int().min(1).max(10_000),
      of: z
        .enum(['headings', 'items', 'rows', 'code'])
        .default('headings')
        .describe('Headings of the next level, items of lists, rows of tables, or blocks of code.'),
    }),
  ])
  .describe('What a document must have.');
export type Need = z.infer<typeof need>;

export const docsCheck = defineKind({
  title: 'Check documents',
  about:
    'Looks whether documents in Markdown are there, hold what they need, and whether their links lead somewhere; what is not as it must be is listed by file and line.',
  input: z.strictObject({
    documents: z
      .array(
        z.strictObject({
          path: z.string().min(1),
          needs: z.array(need).max(100).default([]),
          without: z.array(expression).max(50).default([]).describe('No line may match: what is still to be written.'),
          words: z.int().min(1).default(1).describe('How many words it must have.'),
        }),
      )
      .min(1)
      .max(200),
    root: z
      .string()
      .min(1)
      .default('.')
      .describe('The folder of links that begin with `/`, as GitHub takes the top of the repository.'),
    commit: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^-]/, 'no option of git')
      .optional()
      .describe(
        'Documents, and what their links lead to, are read as this commit of the repository around `root` has them; by default as they lie in their folders.',
      ),
    links: z.boolean().default(true).describe('Whether links are followed; those to other hosts are counted alone.'),
  }),
  outputs: z.object({
    documents: count.describe('Documents that were asked for.'),
    present: count,
    missing: count.describe('Documents that are not there.'),
    thinDocuments: count.describe('Documents that are there, and lack something that they need.'),
    unmet: count.describe('Needs that are not met, of the documents that are there.'),
    links: count.describe('Links to files and headings that were followed.'),
    brokenLinks: count.describe('Those that lead nowhere.'),
    externalLinks: count.describe('Links to elsewhere, which were not followed.'),
    findings: z.array(z.string()).describe('The first 20 of all that is not as it must be, by file and line.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept documents.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a document that is not there':
      'is `missing`, for a gate to judge; with links of others to it they are broken, too',
    'an empty document, one of blanks, comments or front matter alone': 'EXPECTATION_FAILED: there is nothing to check',
    'a document that is no text, a folder, a pipe': 'fails the step: of what was not read nothing is known',
    'a heading or link within a block of code': 'is none',
    'a link to a heading':
      'as GitHub names them: in small letters, a blank as `-`, the second of a name as `-1`; or an `id` or `name` in HTML',
    'a link to a part of a file that is no Markdown': 'leads somewhere where the file is there',
    'with `commit`, a file that was changed since, that git ignores or does not know':
      'is as the commit has it, or is not there; so is what lies outside of the repository',
    'with `commit`, no repository, or no such commit': 'NOT_FOUND',
    'a link out of the folders of the plan': 'is broken: whoever reads the document elsewhere finds nothing there',
    'a link by reference, an image, a link in HTML': 'are links like others',
    'a link to another host, or by another scheme': 'counted, and not followed',
    'several headings that `under` matches': 'the one that holds most counts',
  },
  example: `id: documents
uses: docs.check
with:
  documents:
    - path: README.md
      needs:
        - { heading: (?i)quickstart }
        - { under: (?i)quickstart, atLeast: 2, of: code }
    - path: docs/troubleshooting.md
      needs: [{ under: (?i)^common issues$, atLeast: 6 }, { heading: (?i)when to escalate }]
      without: ['\\bTBD\\b']
`,
  sample: {
    documents: 2,
    present: 2,
    missing: 0,
    thinDocuments: 0,
    unmet: 0,
    links: 34,
    brokenLinks: 0,
    externalLinks: 5,
    findings: [],
    credentials: 0,
  },
  leaves: ['document-1.md', 'document-2.md', 'read.json', 'findings.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Documents',
      place: 'figures',
      outputs: ['documents', 'missing', 'thinDocuments', 'links', 'brokenLinks', 'externalLinks'],
    },
    { as: 'rows', title: 'Findings in documents', place: 'failures', file: 'findings.csv' },
  ],
});
