import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { glob } from '../shared/glob.js';
import { newerThan } from '../shared/newer.js';

const count = z.int();
const globs = z.array(glob).min(1).max(50);

export const graphCheck = defineKind({
  title: 'Check the module graph',
  about:
    'Reads the graph of a target’s modules and looks whether all is wired: cycles, imports that lead nowhere, orphans, and integration points that an entry reaches; reviewed gaps are told apart.',
  input: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .describe(
          'JSON of dependency-cruiser (its output type `json`), or a list of edges: `[["a", "b"]]`, or `{ modules, edges }`, an edge as a pair or as `{ from, to, resolved }`.',
        ),
      entries: globs.optional().describe('Modules that are started; each pattern must match one.'),
      entriesAtMost: z
        .number()
        .min(0)
        .max(1)
        .default(0.25)
        .describe(
          'Largest share of the modules that may be entries beside the first one: of an entry it is never seen that nothing reaches it.',
        ),
      points: z
        .record(z.string().min(1).max(100), globs)
        .default({})
        .describe('Integration points by name: each pattern must match modules, and an entry must reach all of them.'),
      typeOnly: z.boolean().default(true).describe('Whether imports of types alone count as edges.'),
      atLeast: z.int().min(1).default(1).describe('How many modules there must be.'),
      gaps: z
        .string()
        .min(1)
        .optional()
        .describe('JSON of reviewed gaps: `[{ id, reason, by, until }]`, ids as in `gaps.csv`; those do not count.'),
      newerThan,
    })
    .refine(({ entries, points }) => entries !== undefined || Object.keys(points).length === 0, {
      message: 'integration points are reached from `entries`',
      path: ['points'],
    }),
  outputs: z.object({
    modules: count.describe('Modules of the target; those of packages and of the platform are none.'),
    edges: count.describe('Imports among them.'),
    externalEdges: count.describe('Imports of packages and of the platform.'),
    cycles: count.describe('Groups of modules that import each other in a circle.'),
    unresolved: count.describe('Imports that lead nowhere.'),
    orphans: count.describe('Modules that import none and that none imports, entries aside.'),
    entries: count.optional().describe('Modules that are started; absent without `entries`.'),
    unreached: count.optional().describe('Modules that no entry reaches; absent without `entries`.'),
    points: count.describe('Integration points.'),
    unwired: count.describe('Integration points that are not there, or that no entry reaches.'),
    accepted: count.describe('Gaps that were reviewed.'),
    expired: count.describe('Reviewed gaps whose last day is over, and which are there.'),
    stale: count.describe('Reviewed gaps that are not there any more.'),
    findings: z.array(z.string()).describe('The first 20 gaps that nobody reviewed.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept graph.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  pins: ({ gaps }) => ({ names: gaps ?? [] }),
  undo: null,
  meets: {
    'a graph that is not there': 'NOT_FOUND',
    'an empty, torn or other file, one of an earlier run': 'CHECK_FAILED, so that `until` looks again',
    'a graph without a module, or with fewer than `atLeast`': 'EXPECTATION_FAILED: nothing was looked at',
    'a graph that tells other counts than it holds, or edges to modules that it does not hold':
      'CHECK_FAILED: half of it is missing',
    'an entry that matches no module': 'EXPECTATION_FAILED: from nothing, nothing is reached',
    'entries that are more of the modules than `entriesAtMost`, such as all of them':
      'EXPECTATION_FAILED: so many are reached by nothing but their own name',
    'an integration point that matches no module': 'is `unwired`, as one of which a module is not reached',
    'a module that imports itself': 'is a cycle',
    'an edge twice': 'counts once',
    'a module of a package (`node_modules`), or of the platform': 'is no module of the target',
    'a reviewed gap': 'is matched by what it is and its modules; its entry ends with its last day',
  },
  example: `id: wiring
uses: graph.check
with:
  file: out/graph.json
  entries: [src/main.ts]
  points:
    payments: [src/payments/client.ts]
    audit: ["src/audit/**"]
  gaps: known-gaps.json
`,
  sample: {
    modules: 120,
    edges: 410,
    externalEdges: 96,
    cycles: 0,
    unresolved: 0,
    orphans: 0,
    entries: 1,
    unreached: 2,
    points: 2,
    unwired: 0,
    accepted: 1,
    expired: 0,
    stale: 0,
    findings: [],
    credentials: 0,
  },
  leaves: ['graph.json', 'gaps.json', 'read.json', 'wiring.csv', 'modules.csv', 'gaps.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Wiring',
      place: 'figures',
      outputs: ['modules', 'entries', 'edges', 'cycles', 'unresolved', 'orphans', 'points', 'unwired', 'accepted'],
    },
    { as: 'rows', title: 'Integration points', place: 'figures', file: 'wiring.csv' },
    { as: 'rows', title: 'Gaps in the wiring', place: 'failures', file: 'gaps.csv' },
  ],
});
