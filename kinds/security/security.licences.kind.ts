import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { OMITS } from './component.js';
import { partOf } from './licence-expression.js';

const count = z.int();

export const securityLicences = defineKind({
  title: 'Licences of what is used',
  about:
    'Holds the licence of each component, of a lock file of npm or of an SBOM, against those that are allowed; a licence that is missing or unknown is a finding, and a list of nothing counts as not run.',
  input: z.strictObject({
    from: z.union([
      z.strictObject({
        lock: z
          .string()
          .min(1)
          .describe('package-lock.json of version 2 or 3; what it does not say is read in node_modules.'),
        omit: z.array(z.enum(OMITS)).default([]).describe('What is left out, as `npm install --omit` does.'),
      }),
      z.strictObject({ sbom: z.string().min(1).describe('An SBOM, CycloneDX as JSON.') }),
    ]),
    allow: z
      .array(
        z
          .string()
          .max(200)
          .refine((one) => one.includes('${{') || partOf(one) !== undefined, 'one licence by its SPDX id, such as MIT'),
      )
      .min(1)
      .describe('Licences that are allowed, by SPDX id, each as it is: `GPL-2.0-or-later` is none of `GPL-3.0-only`.'),
    baseline: z
      .string()
      .min(1)
      .optional()
      .describe('JSON of reviewed findings: `[{ id, reason, by, until }]`; those do not count.'),
  }),
  outputs: z.object({
    findings: count.describe('Components that nobody reviewed whose licence is not allowed, unknown or missing.'),
    notAllowed: count.describe('Of these, those with a licence that is not allowed.'),
    unknown: count.describe('Of these, those whose licence is no SPDX expression.'),
    missing: count.describe('Of these, those that say no licence.'),
    accepted: count.describe('Findings that stand in the baseline.'),
    expired: count.describe('Entries of the baseline whose last day is over, and whose finding is there.'),
    stale: count.describe('Entries of the baseline whose finding is not there any more.'),
    components: count.describe('Components whose licence was looked at.'),
    leftOut: count.describe('Components that the step was told to leave out.'),
    workspaces: count.describe('Workspaces of the project, which were not looked at.'),
    licences: count.describe('Different licences, as they are written.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ baseline }) => ({ names: [baseline ?? null] }),
  undo: null,
  meets: {
    'a list that lists nothing, is torn, or is of another format': 'the step fails: of no component is anything known',
    '`A OR B`, `A AND B`, `A WITH exception`': 'one side must be allowed; both; the whole, as it stands in `allow`',
    'no licence in the lock file':
      'is read in the package.json that is installed; where that is not there, it is missing',
    '`SEE LICENSE IN …`, `UNLICENSED`, a name that is no SPDX id': 'is unknown: review it once',
    'several licences of a component in an SBOM': 'all must be allowed',
    'the project itself, its workspaces': 'are not looked at; `workspaces` counts them',
    'a folder of the project that is linked, and none of its workspaces':
      'is a component like others: somebody else’s code may lie there',
    'a reviewed finding': 'is matched by component and licence, not by version: another licence is another one',
  },
  example: `id: licences
uses: security.licences
with:
  from: { lock: package-lock.json, omit: [dev] }
  allow: [MIT, ISC, Apache-2.0, BSD-2-Clause, BSD-3-Clause, 0BSD]
  baseline: reviewed-licences.json
`,
  sample: {
    findings: 0,
    notAllowed: 0,
    unknown: 0,
    missing: 0,
    accepted: 1,
    expired: 0,
    stale: 0,
    components: 392,
    leftOut: 420,
    workspaces: 0,
    licences: 8,
  },
  leaves: ['list.json', 'installed.json', 'licences.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Licences',
      place: 'figures',
      outputs: ['components', 'findings', 'notAllowed', 'unknown', 'missing', 'accepted'],
    },
    { as: 'rows', title: 'Licences that are not allowed', place: 'failures', file: 'licences.csv' },
  ],
});
