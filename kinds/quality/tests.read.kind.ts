import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { regularExpression } from '../shared/fields.js';
import { glob } from '../shared/glob.js';
import { newerThan } from '../shared/newer.js';

const count = z.int();

export const testsRead = defineKind({
  title: 'Read test results',
  about:
    'Reads JUnit reports: tests, failures, and what could not even be collected, each with its cause; tests that were not run are never taken for tests that passed.',
  input: z.strictObject({
    files: z.array(glob).min(1).max(50).describe('The reports: paths or patterns; each must name a file.'),
    atLeast: z.int().min(0).default(1).describe('How many tests there must be.'),
    collectionErrorsAtMost: z
      .int()
      .min(0)
      .default(0)
      .describe('How many collection errors the step takes, so that a gate may judge them; with more it fails.'),
    collection: z
      .array(regularExpression(1000).min(1))
      .max(20)
      .default([])
      .describe('What else tells of a collection error, in the class, name or message of a test case that failed.'),
    newerThan,
  }),
  outputs: z.object({
    tests: count.describe('Tests that were collected; collection errors are none.'),
    passed: count,
    failed: count,
    errors: count.describe('Tests that ended in an error, and collection errors.'),
    skipped: count,
    collectionErrors: count.describe('Modules or suites whose tests could not be collected.'),
    causes: z.array(z.string()).describe('The first ten of them with their causes.'),
    seconds: z.number().describe('What the tests took together, as the reports tell it.'),
    modules: count.describe('Modules with tests.'),
    files: count.describe('Reports that were read.'),
    written: z.string().describe('When the oldest of the reports was written.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept reports.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a report that is not there, a pattern that matches none': 'NOT_FOUND',
    'an empty, torn or other file': 'CHECK_FAILED, so that `until` looks again',
    'a report of an earlier run': 'older than `newerThan`, by its file or by its own time with a zone: CHECK_FAILED',
    'no test at all, or fewer than `atLeast`': 'EXPECTATION_FAILED, with the number of collection errors',
    'modules that could not be imported or collected':
      'no tests: collection errors, with more than `collectionErrorsAtMost` the step fails. Known are those of pytest, unittest, jest, vitest, JUnit 4 and Node, and each failure of a suite that stands in no test case; `collection` adds others',
    'more tests, failures, errors or skipped than the report holds': 'CHECK_FAILED: half of it is missing',
    'fewer than it holds': 'what it holds counts: the worse of both',
    'a report twice': 'CHECK_FAILED: its tests would count twice',
    'a test that failed and is skipped': 'failed',
    'failed tests': 'are an output, for a gate to judge',
  },
  example: `id: tests
uses: tests.read
with:
  files: [out/junit.xml, "services/*/out/junit*.xml"]
  newerThan: "\${{ run.started }}"
`,
  sample: {
    tests: 812,
    passed: 810,
    failed: 0,
    errors: 0,
    skipped: 2,
    collectionErrors: 0,
    causes: [],
    seconds: 94.2,
    modules: 81,
    files: 3,
    written: '2026-11-26T10:00:00.000Z',
    credentials: 0,
  },
  leaves: ['report-1.xml', 'read.json', 'inventory.csv', 'collection-errors.csv', 'failures.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Tests',
      place: 'figures',
      outputs: ['tests', 'passed', 'failed', 'errors', 'skipped', 'collectionErrors', 'modules'],
    },
    { as: 'rows', title: 'Tests by module', place: 'figures', file: 'inventory.csv' },
    { as: 'rows', title: 'Collection errors', place: 'failures', file: 'collection-errors.csv' },
  ],
});
